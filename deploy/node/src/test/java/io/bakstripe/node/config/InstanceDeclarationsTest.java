package io.bakstripe.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.instance.BackupOption;
import io.bakstripe.protocol.instance.DailyWindow;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceEncryption;
import io.bakstripe.protocol.instance.RecoveryModel;
import io.bakstripe.protocol.instance.WeeklyWindow;
import io.bakstripe.protocol.instance.Windows;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.stripe.EncryptionMode;
import io.bakstripe.worker.engine.Credentials.Login;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class InstanceDeclarationsTest {

    @Test
    void readsEveryKey() {
        InstanceDeclarations read = read("""
                { name = prod, engine = postgresql, edition = standard, region = eu-central-1, time-zone = Europe/Berlin,
                  multi-az = true, host = db1, backup-window = "03:00-03:30", maintenance-window = "sun:05:00-sun:06:00",
                  option = { role-arn = "arn:aws:iam::123456789012:role/backup" }, databases = [
                    { name = Lager, jdbc-url = "jdbc:postgresql://db/x", user = bk, password = secret, recovery-model = full },
                    { name = managed } ] }
                """);

        InstanceDefinition prod = read.definitions().get(0);
        assertThat(prod.revision()).isEqualTo(7);
        assertThat(prod.edition()).isEqualTo(Edition.STANDARD);
        assertThat(prod.region()).isEqualTo("eu-central-1");
        assertThat(prod.timeZone()).isEqualTo("Europe/Berlin");
        assertThat(prod.multiAz()).isTrue();
        assertThat(prod.host().orElseThrow().role()).isEqualTo("host-db1");
        assertThat(prod.database("lager").orElseThrow().recoveryModel()).isEqualTo(RecoveryModel.FULL);
        assertThat(prod.database("managed").orElseThrow().jdbcUrl()).isEmpty();
        assertThat(prod.windows().backup()).contains(DailyWindow.parse("03:00-03:30"));
        assertThat(prod.windows().maintenance()).contains(WeeklyWindow.parse("sun:05:00-sun:06:00"));
        assertThat(prod.option().orElseThrow().roleArn()).contains("arn:aws:iam::123456789012:role/backup");
        assertThat(read.logins())
                .containsEntry(
                        DatabaseRef.of(new InstanceName("prod"), new DatabaseName("LAGER")), new Login("bk", "secret"));
    }

    @Test
    void hasTheDocumentedDefaults() {
        InstanceDefinition plain = read("{ name = plain }").definitions().get(0);

        assertThat(plain.engine()).isEqualTo("postgresql");
        assertThat(plain.edition()).isEqualTo(Edition.ENTERPRISE);
        assertThat(plain.region()).isEqualTo("us-east-1");
        assertThat(plain.timeZone()).isEqualTo("UTC");
        assertThat(plain.multiAz()).isFalse();
        assertThat(plain.host()).isEmpty();
        assertThat(plain.databases()).isEmpty();
        assertThat(plain.windows()).isEqualTo(Windows.none());
        assertThat(plain.option()).contains(BackupOption.DEFAULT);
    }

    @Test
    void knowsInstancesWithoutTheOption() {
        assertThat(read("{ name = a, option = none }").definitions().get(0).option())
                .isEmpty();
        assertThat(read("{ name = a, option = {} }").definitions().get(0).option())
                .contains(BackupOption.DEFAULT);
    }

    @Test
    void readsHowBackupsAreEncrypted() {
        String key = "arn:aws:kms:us-east-1:123456789012:key/second";

        InstanceEncryption all = read("{ name = a, encryption { mode = authenticated, additional-keys = [ \"" + key
                        + "\" ], require-authenticated = true } }")
                .definitions()
                .get(0)
                .encryption();

        assertThat(all)
                .isEqualTo(
                        new InstanceEncryption(EncryptionMode.AUTHENTICATED, List.of(KeyArn.parse(key)), true));
        assertThat(read("{ name = a }").definitions().get(0).encryption()).isEqualTo(InstanceEncryption.DEFAULT);
        assertThat(read("{ name = a, encryption {} }").definitions().get(0).encryption())
                .isEqualTo(InstanceEncryption.DEFAULT);
    }

    @Test
    void keepsPasswordsOutOfDefinitionsAndText() {
        InstanceDeclarations read =
                read("{ name = p, databases = [ { name = a, jdbc-url = \"jdbc:x\", user = u, password = hunter2 } ] }");

        assertThat(read.toString()).doesNotContain("hunter2");
        assertThat(read.definitions().toString()).doesNotContain("hunter2");
    }

    @Test
    void saysThatAVariableMayBeUnset() {
        assertThatThrownBy(
                        () -> read(
                                "{ name = p, databases = [ { name = a, jdbc-url = \"jdbc:x\", user = u, password = ${?no.such} } ] }"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("password")
                .hasMessageContaining("environment variable that is not set");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ name = \"no spaces\" }",
                "{ name = a, edition = Gold }",
                "{ name = a, time-zone = Nowhere/Land }",
                "{ name = a, colour = red }",
                "{ name = a }, { name = a }",
                "{ name = a, host = UPPER }",
                "{ name = a, backup-window = \"3:00-3:30\" }",
                "{ name = a, maintenance-window = \"05:00-06:00\" }",
                "{ name = a, option = off }",
                "{ name = a, option = { role-arn = backup } }",
                "{ name = a, option = { role = x } }",
                "{ name = a, encryption { mode = none } }",
                "{ name = a, encryption { keys = [] } }",
                "{ name = a, encryption = authenticated }",
                "{ name = a, encryption { additional-keys = [ \"alias/mine\" ] } }",
                "{ name = a, databases = [ { name = managed-without-host } ] }",
                "{ name = a, databases = [ { name = x, jdbc-url = u, user = u } ] }",
                "{ name = a, databases = [ { name = x, jdbc-url = \"jdbc:p?password=y\", user = u, password = p } ] }",
                "{ name = a, host = h, databases = [ { name = x }, { name = X } ] }",
                "{ name = a, host = h, databases = [ { name = x, recovery-model = bulk } ] }"
            })
    void refusesWhatCannotBeMeant(String block) {
        assertThatThrownBy(() -> read(block)).isInstanceOf(ConfigException.class);
    }

    private static InstanceDeclarations read(String blocks) {
        return InstanceDeclarations.from(ConfigFactory.parseString("revision = 7, declared = [ " + blocks + " ]")
                .resolve());
    }
}
