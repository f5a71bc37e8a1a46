package io.bakstripe.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.api.testing.ServedApi;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.DatabaseInfo;
import io.bakstripe.protocol.instance.DatabaseState;
import io.bakstripe.protocol.instance.RecoveryModel;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.readiness.Finding;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DoctorCommandTest {
    @RegisterExtension
    static final ServedApi API = new ServedApi();

    @BeforeEach
    void twoDatabases() {
        for (String name : new String[] {"shop", "archive"}) {
            API.cluster()
                    .databases
                    .put(
                            name,
                            new DatabaseInfo(
                                    new DatabaseName(name),
                                    DatabaseState.ONLINE,
                                    RecoveryModel.SIMPLE,
                                    Optional.empty(),
                                    Optional.empty()));
        }
        API.cluster().findings.add(Finding.good("wal_level", "replica"));
    }

    private static CommandRun run(String... arguments) {
        return CommandRun.against(API, arguments);
    }

    @Test
    void examinesAllDatabasesOfTheInstance() {
        CommandRun run = run("doctor");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out())
                .contains(
                        "database shop: can be backed up",
                        "database archive: can be backed up",
                        "wal_level",
                        "replica");
    }

    @Test
    void saysWhatToDoAndFailsWhenADatabaseCannotBeBackedUp() {
        API.cluster().findings.add(Finding.problem("primary", BackupError.STANDBY_UNSUPPORTED.problem("shop")));
        API.cluster().findings.add(Finding.advice("fsync", "off", "Switch it on."));

        CommandRun run = run("doctor", "shop");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out())
                .contains("database shop: CANNOT be backed up")
                .contains("problem primary [BAK-2152]: Declare the address of its primary.")
                .contains("advice fsync: Switch it on.")
                .doesNotContain("archive");
    }

    @Test
    void printsJsonForScripts() throws IOException {
        CommandRun run = run("doctor", "shop", "--json");

        assertThat(run.json().at("/databases/0/ready").asBoolean()).isTrue();
        assertThat(run.json().at("/databases/0/findings/0/check").asText()).isEqualTo("wal_level");
    }

    @Test
    void refusesADatabaseThatIsNotThere() {
        assertThat(run("doctor", "nothing").err()).startsWith("error BAK-3002: ");
    }
}
