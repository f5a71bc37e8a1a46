package io.bakstripe.api.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.bakstripe.api.testing.BackupSets;
import io.bakstripe.api.testing.FakeCluster;
import io.bakstripe.api.testing.ServedApi;
import io.bakstripe.api.testing.Tasks;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.ChainPosition;
import io.bakstripe.protocol.instance.DatabaseInfo;
import io.bakstripe.protocol.instance.DatabaseState;
import io.bakstripe.protocol.instance.RecoveryModel;
import io.bakstripe.protocol.message.RequestKey;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.FinishRequest;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.procedure.StopAt;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.task.Lifecycle;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that make and restore chains of backups. */
class ChainCommandsTest {
    private static final String ARN = "arn:aws:s3:::bucket/1.trn";
    private static final DatabaseName SHOP = new DatabaseName("shop");
    private static final DatabaseName COPY = new DatabaseName("copy");

    @RegisterExtension
    static final ServedApi API = new ServedApi();

    private static CommandRun run(String line) {
        return CommandRun.against(API, line.split(" "));
    }

    private static BackupRequest backup(BackupType type, boolean overwrite, int files, String arn) {
        return new BackupRequest(SHOP, type, S3Arn.parse(arn), overwrite, files, false);
    }

    private static RestoreRequest restore(BackupType type, Recovery recovery, Optional<String> stopAt) {
        return new RestoreRequest(COPY, type, S3Arn.parse(ARN), recovery, stopAt.map(StopAt::new));
    }

    static Stream<Arguments> submissions() {
        Optional<String> never = Optional.empty();
        return Stream.of(
                arguments("backup shop " + ARN, backup(BackupType.FULL, false, 1, ARN)),
                arguments(
                        "backup shop arn:aws:s3:::bucket/d* --type differential --files 3 --overwrite",
                        backup(BackupType.DIFFERENTIAL, true, 3, "arn:aws:s3:::bucket/d*")),
                arguments("backup-log shop " + ARN, backup(BackupType.LOG, false, 1, ARN)),
                arguments("backup-log shop " + ARN + " --overwrite", backup(BackupType.LOG, true, 1, ARN)),
                arguments("restore copy " + ARN, restore(BackupType.FULL, Recovery.RECOVERY, never)),
                arguments("restore copy " + ARN + " --recovery", restore(BackupType.FULL, Recovery.RECOVERY, never)),
                arguments(
                        "restore copy " + ARN + " --norecovery", restore(BackupType.FULL, Recovery.NORECOVERY, never)),
                arguments("restore copy " + ARN + " --standby", restore(BackupType.FULL, Recovery.STANDBY, never)),
                arguments(
                        "restore copy " + ARN + " --norecovery --standby",
                        restore(BackupType.FULL, Recovery.STANDBY, never)),
                arguments(
                        "restore copy " + ARN + " --type DIFFERENTIAL --norecovery",
                        restore(BackupType.DIFFERENTIAL, Recovery.NORECOVERY, never)),
                arguments(
                        "restore copy " + ARN + " --type DIFFERENTIAL --recovery",
                        restore(BackupType.DIFFERENTIAL, Recovery.RECOVERY, never)),
                arguments("restore-log copy " + ARN, restore(BackupType.LOG, Recovery.NORECOVERY, never)),
                arguments(
                        "restore-log copy " + ARN + " --norecovery",
                        restore(BackupType.LOG, Recovery.NORECOVERY, never)),
                arguments("restore-log copy " + ARN + " --standby", restore(BackupType.LOG, Recovery.STANDBY, never)),
                arguments(
                        "restore-log copy " + ARN + " --stopat 2026-03-01T14:05:00.25 --recovery",
                        restore(BackupType.LOG, Recovery.RECOVERY, Optional.of("2026-03-01T14:05:00.25"))),
                arguments("finish-restore copy", new FinishRequest(COPY)));
    }

    @ParameterizedTest
    @MethodSource("submissions")
    void submitsWhatTheOptionsSay(String line, TaskRequest request) {
        CommandRun run = run(line);

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out()).contains(request.taskType().name()).contains("CREATED");
        FakeCluster.Submission submission = API.cluster().submissions.get(0);
        assertThat(submission.request()).isEqualTo(request);
        assertThat(submission.key().map(RequestKey::key)).contains(CommandRun.KEY.toString());
    }

    @Test
    void takesAPointInTimeWithABlank() {
        CommandRun run = CommandRun.against(API, "restore-log", "copy", ARN, "--stopat", "2026-03-01 14:05:00.25");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(API.cluster().submissions.get(0).request())
                .isEqualTo(restore(BackupType.LOG, Recovery.NORECOVERY, Optional.of("2026-03-01 14:05:00.25")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"backup-log shop " + ARN, "restore-log copy " + ARN, "finish-restore copy"})
    void waitsForTheEndAndExitsWithOneUnlessItIsSuccess(String line) throws IOException {
        API.cluster().onPoll(detail -> Tasks.at(detail, 100, Lifecycle.SUCCESS, "message 4322"));
        CommandRun success = run(line + " --wait");
        API.cluster().onPoll(detail -> Tasks.at(detail, 50, Lifecycle.ERROR, "no"));
        CommandRun error = run(line + " --wait --json");

        assertThat(success.exit()).as(success.err()).isZero();
        assertThat(success.out()).contains("SUCCESS").contains("message 4322");
        assertThat(error.exit()).isEqualTo(1);
        assertThat(error.json().at("/rows/0/lifecycle").asText()).isEqualTo("ERROR");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "backup-log",
                "backup-log shop",
                "backup-log shop arn --files 2",
                "backup-log shop arn --type LOG",
                "restore copy arn --norecovery --recovery",
                "restore copy arn --stopat 2026-03-01",
                "restore-log copy",
                "restore-log copy arn --type LOG",
                "restore-log copy arn --recovery --norecovery",
                "restore-log copy arn --stopat",
                "finish-restore",
                "finish-restore copy arn",
                "finish-restore copy --recovery",
                "drop",
                "drop copy other",
                "drop copy --wait",
                "backup-sets",
            })
    void exitsWithTwoOnWrongUsage(String line) {
        CommandRun run = run(line);

        assertThat(run.exit()).as(run.out()).isEqualTo(2);
        assertThat(run.err()).startsWith("error: ").contains("--help shows the usage.");
        assertThat(API.cluster().submissions).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"backup-log", "backup-sets", "restore-log", "finish-restore", "drop", "restore", "backup"})
    void helpsWithExamples(String command) {
        CommandRun run = run(command + " --help");

        assertThat(run.exit()).isZero();
        assertThat(run.out())
                .contains("Usage: bakstripe " + command)
                .contains("Example")
                .contains("  bakstripe ");
        assertThat(run.out().lines()).as("examples in one piece").noneMatch(line -> line.startsWith("--"));
        assertThat(run("--help").out()).contains("  " + command + " ");
    }

    @Test
    void helpNamesTheChoiceOnce() {
        assertThat(run("restore-log --help").out())
                .contains("[--norecovery | --recovery]")
                .containsOnlyOnce("Leave the database RESTORING, for further steps.")
                .containsOnlyOnce("Open the database: no further steps.");
    }

    @Test
    void leavesItToTheServerToRefuseADifferentialThatDoesNotSayWhatBecomesOfTheDatabase() {
        CommandRun run = run("restore copy " + ARN + " --type DIFFERENTIAL");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("error BAK-1001: parameter with_norecovery is required")
                .contains("hint: Differential restores must say");
    }

    @ParameterizedTest
    @ValueSource(strings = {"restore", "restore-log"})
    void leavesItToTheServerToRefuseStandbyWithRecovery(String command) {
        assertThat(run(command + " copy " + ARN + " --standby --recovery").err())
                .startsWith("error BAK-1026: ");
    }

    @Test
    void printsTheNumberOfSqlServersMessageForScripts() throws IOException {
        API.cluster().failWith(BackupError.LOG_TOO_RECENT.problem("0/5", "0/3").asException());

        CommandRun run = run("restore-log copy " + ARN + " --json");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.json().path("message_number").asInt()).isEqualTo(4305);
        assertThat(run.err())
                .startsWith(
                        "error BAK-2136 (message 4305): The log in this backup set begins at LSN 0/5, which is too recent");
    }

    @Test
    void saysThatALogBackupIsOneFile() {
        assertThat(run("backup-log --help").out())
                .contains("A log backup is one file: an asterisk in its name is kept")
                .containsPattern("A log backup is\\s+always one file");
    }

    @Test
    void helpTellsHowNamesOfSeveralFilesAreChosenAndWaitsAreTakenUp() {
        assertThat(run("backup --help").out())
                .contains("'shop*.bak' matches the files of 'shop2*.bak'")
                .containsPattern("'tasks\\s+ID\\s+--wait'\\s+waits on");
        assertThat(run("restore-log --help").out()).contains("'finish-restore' comes next");
        assertThat(run("restore --help").out()).contains("removes it for good");
    }

    @Test
    void dropsADatabase() throws IOException {
        API.cluster().databases.put("copy", BackupSets.online("copy"));
        CommandRun human = run("drop COPY");
        API.cluster().databases.put("copy", BackupSets.online("copy"));
        CommandRun json = run("drop copy --json");
        CommandRun again = run("drop copy");

        assertThat(human.exit()).as(human.err()).isZero();
        assertThat(human.out()).isEqualToIgnoringNewLines("dropped copy");
        assertThat(json.json().at("/rows/0/database_name").asText()).isEqualTo("copy");
        assertThat(again.exit()).isEqualTo(1);
        assertThat(again.err()).startsWith("error BAK-3002: ");
    }

    @Test
    void listsBackupSets() throws IOException {
        API.cluster().databases.put("shop", BackupSets.online("shop"));
        API.cluster().backupSets.add(BackupSets.log(5, "shop"));
        API.cluster().backupSets.add(BackupSets.differential(4, "shop", 3));
        API.cluster().backupSets.add(BackupSets.full(3, "shop"));
        API.cluster().backupSets.add(BackupSets.damaged(2, "shop"));
        API.cluster().backupSets.add(BackupSets.gone(1, "shop"));

        CommandRun human = run("backup-sets shop");
        CommandRun json = run("backup-sets shop --instance main --json");

        assertThat(human.exit()).as(human.err()).isZero();
        assertThat(human.out().lines().filter(line -> line.contains("bucket/")))
                .satisfiesExactly(
                        log -> assertThat(log).contains(" 5 | LOG ").contains("5/100"),
                        differential -> assertThat(differential)
                                .contains(" 4 | DIFFERENTIAL ")
                                .contains("| task 3 "),
                        full -> assertThat(full).contains(" 3 | FULL ").contains("next base"),
                        damaged -> assertThat(damaged).contains("3 damaged pages"),
                        gone -> assertThat(gone).contains("gone"));
        assertThat(json.json().path("backupSets")).hasSize(5);
        assertThat(run("backup-sets nothing").err()).startsWith("error BAK-3002: ");
    }

    @Test
    void showsWhereRestoresStandAndHowFarLogsAreBackedUp() {
        Instant ten = Instant.parse("2026-03-01T10:00:00.5Z");
        API.cluster()
                .databases
                .put(
                        "shop",
                        new DatabaseInfo(
                                SHOP,
                                DatabaseState.ONLINE,
                                RecoveryModel.FULL,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(new DatabaseInfo.LogBackups(
                                        Lsn.parse("0/1"), Lsn.parse("0/2"), ten, Optional.empty())),
                                Optional.empty()));
        API.cluster()
                .databases
                .put(
                        "copy",
                        new DatabaseInfo(
                                COPY,
                                DatabaseState.RESTORING,
                                RecoveryModel.SIMPLE,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(new ChainPosition(
                                        BackupSets.id(1),
                                        Lsn.parse("0/3000028"),
                                        Optional.of(ten.plusSeconds(1)),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty()))));

        CommandRun run = run("databases");

        assertThat(run.out())
                .contains("recoveryModel")
                .contains("2026-03-01T10:00:00.500Z")
                .contains("RESTORING")
                .contains("0/3000028")
                .contains("2026-03-01T10:00:01.500Z")
                .doesNotContain("restoreAgain")
                .doesNotContain("logBroken");
    }

    @Test
    void asksMsdbForTheLastFullBackup() {
        API.cluster().databases.put("shop", BackupSets.online("shop"));
        API.cluster().backupSets.add(BackupSets.full(2, "shop"));

        CommandRun run = CommandRun.against(
                API,
                "exec",
                "select top 1 database_name, backup_finish_date from msdb.dbo.backupset where database_name='shop' and"
                        + " type = 'D' order by backup_start_date desc;");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out()).contains("backup_finish_date").contains("2026-03-01T10:02:30.250Z");
    }
}
