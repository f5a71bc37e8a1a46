package io.bakstripe.coordinator.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.journal.InstanceEvent.InstanceDeclared;
import io.bakstripe.protocol.instance.DeclaredDatabase;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceEncryption;
import io.bakstripe.protocol.instance.RecoveryModel;
import io.bakstripe.protocol.instance.Windows;
import io.bakstripe.protocol.message.InstanceCommand.DeclareReply;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.stripe.EncryptionMode;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeclarationsTest {
    private static final InstanceDefinition PLAIN = Samples.definition(3);
    private static final String JDBC = "jdbc:postgresql://127.0.0.1:5432/shop";

    private static Optional<DeclareReply> held(InstanceDefinition declared) {
        return Declarations.held(InstanceRecord.empty().apply(new InstanceDeclared(PLAIN, Samples.NOON)), declared);
    }

    private static InstanceDefinition with(String region, String timeZone, DeclaredDatabase... databases) {
        return new InstanceDefinition(
                PLAIN.name(),
                3,
                PLAIN.engine(),
                PLAIN.edition(),
                region,
                timeZone,
                PLAIN.multiAz(),
                PLAIN.host(),
                List.of(databases));
    }

    private static DeclaredDatabase database(String name, Optional<String> jdbcUrl, RecoveryModel model) {
        return new DeclaredDatabase(new DatabaseName(name), jdbcUrl, model);
    }

    @Test
    void onlyAHigherRevisionIsRecorded() {
        assertThat(Declarations.held(InstanceRecord.empty(), PLAIN)).isEmpty();
        assertThat(held(Samples.definition(4, Edition.EXPRESS, Optional.empty())))
                .isEmpty();
        assertThat(held(Samples.definition(2, Edition.EXPRESS, Optional.empty())))
                .contains(new DeclareReply(3, false));
        assertThat(held(PLAIN)).contains(new DeclareReply(3, true));
    }

    @Test
    void everyPartThatDiffersIsNamedAsInTheConfiguration() {
        InstanceDefinition changed =
                Samples.definition(3, Edition.EXPRESS, Optional.empty(), true, Windows.none(), Optional.empty());

        assertThat(held(changed))
                .contains(new DeclareReply(
                        3,
                        true,
                        List.of(
                                "edition (recorded Enterprise, declared Express)",
                                "multi-az (recorded false, declared true)",
                                "option (recorded without a role, declared none)",
                                "host (recorded " + Samples.HOST + ", declared none)")));
        assertThat(held(Samples.complete(3)).orElseThrow().differences())
                .containsExactly(
                        "backup-window (recorded none, declared 03:00-03:30)",
                        "maintenance-window (recorded none, declared sun:05:00-sun:06:00)",
                        "option (recorded without a role, declared arn:aws:iam::123456789012:role/backup)");
        assertThat(held(with("eu-west-1", "Europe/Berlin", PLAIN.databases().toArray(DeclaredDatabase[]::new)))
                        .orElseThrow()
                        .differences())
                .containsExactly(
                        "region (recorded us-east-1, declared eu-west-1)",
                        "time-zone (recorded UTC, declared Europe/Berlin)");
    }

    @Test
    void aChangeOfEncryptionIsNamed() {
        KeyArn key = KeyArn.parse("arn:aws:kms:us-east-1:123456789012:key/second");
        InstanceDefinition changed = new InstanceDefinition(
                PLAIN.name(),
                3,
                PLAIN.engine(),
                PLAIN.edition(),
                PLAIN.region(),
                PLAIN.timeZone(),
                PLAIN.multiAz(),
                PLAIN.host(),
                PLAIN.databases(),
                PLAIN.windows(),
                PLAIN.option(),
                new InstanceEncryption(EncryptionMode.AUTHENTICATED, List.of(key), true));

        assertThat(held(changed).orElseThrow().differences())
                .containsExactly(
                        "encryption.mode (recorded encryption-only, declared authenticated)",
                        "encryption.additional-keys (recorded [], declared [" + key + "])",
                        "encryption.require-authenticated (recorded false, declared true)");
    }

    @Test
    void databasesAreComparedByNameWhateverTheirOrder() {
        InstanceDefinition changed = with(
                "us-east-1",
                "UTC",
                database("Fourth", Optional.empty(), RecoveryModel.SIMPLE),
                database("second", Optional.empty(), RecoveryModel.FULL),
                database("Shop", Optional.of(JDBC), RecoveryModel.SIMPLE));
        InstanceDefinition turned = with(
                "us-east-1",
                "UTC",
                database("Third", Optional.of(JDBC), RecoveryModel.FULL),
                database("Second", Optional.of(JDBC), RecoveryModel.FULL),
                database("Shop", Optional.of(JDBC), RecoveryModel.FULL));

        assertThat(held(changed).orElseThrow().differences())
                .containsExactly(
                        "database 'Second' name (recorded Second, declared second)",
                        "database 'Second' jdbc-url (recorded " + JDBC + ", declared none)",
                        "database 'Shop' recovery-model (recorded full, declared simple)",
                        "database 'Third' (recorded, not declared)",
                        "database 'Fourth' (declared, not recorded)");
        assertThat(held(turned)).contains(new DeclareReply(3, true));
    }

    @Test
    void theWarningSaysWhatHoldsAndWhatToDo() {
        assertThat(Declarations.warning(PLAIN, List.of("edition (recorded Express, declared Standard)")))
                .isEqualTo("instance 'sandbox' is declared with revision 3, which is recorded with other content:"
                        + " edition (recorded Express, declared Standard). What is recorded holds and the change is"
                        + " not applied; raise bakstripe.instances.revision to apply it");
    }
}
