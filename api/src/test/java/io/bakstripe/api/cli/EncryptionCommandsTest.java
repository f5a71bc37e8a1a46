package io.bakstripe.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.api.testing.ServedApi;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.stripe.EncryptionMode;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys and modes on the command line. */
class EncryptionCommandsTest {
    private static final String ARN = "arn:aws:s3:::bucket/1.bak";
    private static final String KEY = "arn:aws:kms:us-east-1:123456789012:key/a-b";

    @RegisterExtension
    static final ServedApi API = new ServedApi();

    private static CommandRun run(String line) {
        return CommandRun.against(API, line.split(" "));
    }

    @ParameterizedTest
    @CsvSource({"backup, FULL", "backup-log, LOG"})
    void aBackupNamesKeyAndMode(String command, BackupType type) {
        CommandRun run = run(command + " shop " + ARN + " --kms-key " + KEY + " --encryption-mode authenticated");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(API.cluster().submissions.get(0).request())
                .isEqualTo(new BackupRequest(
                        new DatabaseName("shop"),
                        type,
                        S3Arn.parse(ARN),
                        false,
                        1,
                        false,
                        Optional.of(KeyArn.parse(KEY)),
                        Optional.of(EncryptionMode.AUTHENTICATED)));
    }

    @Test
    void aModeWithoutAKeyIsRefused() {
        CommandRun run = run("backup shop " + ARN + " --encryption-mode authenticated");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).startsWith("error BAK-1140: ");
        assertThat(API.cluster().submissions).isEmpty();
    }

    @Test
    void aRestoreNamesTheKey() {
        CommandRun run = run("restore copy " + ARN + " --kms-key " + KEY);

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(((RestoreRequest) API.cluster().submissions.get(0).request()).key())
                .contains(KeyArn.parse(KEY));
    }
}
