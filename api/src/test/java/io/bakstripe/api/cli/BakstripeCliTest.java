package io.bakstripe.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.api.testing.FakeCluster;
import io.bakstripe.api.testing.ServedApi;
import io.bakstripe.api.testing.Tasks;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.DatabaseInfo;
import io.bakstripe.protocol.instance.DatabaseState;
import io.bakstripe.protocol.instance.RecoveryModel;
import io.bakstripe.protocol.message.RequestKey;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.port.TaskFilter;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.task.Lifecycle;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class BakstripeCliTest {
    private static final String ARN = "arn:aws:s3:::bucket/shop*.bak";

    @RegisterExtension
    static final ServedApi API = new ServedApi();

    private static CommandRun run(String... arguments) {
        return CommandRun.against(API, arguments);
    }

    private static void tasksEndIn(Lifecycle lifecycle, String info) {
        AtomicInteger poll = new AtomicInteger();
        API.cluster()
                .onPoll(detail -> poll.getAndIncrement() == 0
                        ? Tasks.at(detail, 50, Lifecycle.IN_PROGRESS, "")
                        : Tasks.at(detail, lifecycle == Lifecycle.SUCCESS ? 100 : 50, lifecycle, info));
    }

    @Nested
    class Backup {
        @Test
        void submitsAndPrintsTheRow() {
            CommandRun run = run("backup", "shop", ARN, "--files", "4", "--overwrite");

            assertThat(run.exit()).as(run.err()).isZero();
            assertThat(run.out())
                    .contains("task_id")
                    .contains("BACKUP_DB")
                    .contains("CREATED")
                    .contains(ARN);
            FakeCluster.Submission submission = API.cluster().submissions.get(0);
            assertThat(submission.request())
                    .isEqualTo(new BackupRequest(new DatabaseName("shop"), S3Arn.parse(ARN), true, 4));
            assertThat(submission.key().map(RequestKey::key)).contains(CommandRun.KEY.toString());
        }

        @Test
        void goesOnAfterErrorsWhenAsked() {
            CommandRun run = run("backup", "shop", ARN, "--continue-after-error");

            assertThat(run.exit()).as(run.err()).isZero();
            assertThat(API.cluster().submissions.get(0).request())
                    .isEqualTo(new BackupRequest(
                            new DatabaseName("shop"), BackupType.FULL, S3Arn.parse(ARN), false, 1, true));
        }

        @Test
        void printsJsonForScripts() throws IOException {
            CommandRun run = run("backup", "shop", ARN, "--json");

            assertThat(run.exit()).isZero();
            assertThat(run.json().at("/rows/0/task_id").asInt()).isEqualTo(1);
            assertThat(run.json().at("/rows/0").has("% complete")).isTrue();
            assertThat(run.err()).isEmpty();
        }

        @Test
        void waitsForSuccess() {
            tasksEndIn(Lifecycle.SUCCESS, "");

            CommandRun run = run("backup", "shop", ARN, "--wait");

            assertThat(run.exit()).as(run.err()).isZero();
            assertThat(run.out()).contains("SUCCESS");
            assertThat(run.err()).containsSubsequence("task 1 IN_PROGRESS 50%", "task 1 SUCCESS 100%");
        }

        @Test
        void exitsWithOneWhenTheTaskEndsInError() throws IOException {
            tasksEndIn(Lifecycle.ERROR, "[2026-03-01 10:00:00.000] Access Denied");

            CommandRun human = run("backup", "shop", ARN, "--wait");
            CommandRun json = run("backup", "shop", ARN, "--wait", "--json");

            assertThat(human.exit()).isEqualTo(1);
            assertThat(human.out()).contains("ERROR").contains("Access Denied");
            assertThat(json.exit()).isEqualTo(1);
            assertThat(json.json().at("/rows/0/lifecycle").asText()).isEqualTo("ERROR");
        }

        @Test
        void doesNotWaitWhenToldNotTo() {
            assertThat(run("backup", "shop", ARN, "--no-wait").out()).contains("CREATED");
        }

        @Test
        void keepsWaitingWhileTheServerIsAwayForAMoment() {
            AtomicInteger poll = new AtomicInteger();
            API.cluster().onPoll(detail -> {
                if (poll.getAndIncrement() < 2) {
                    throw BackupError.CLUSTER_TIMEOUT.problem("the cluster").asException();
                }
                return Tasks.at(detail, 100, Lifecycle.SUCCESS, "");
            });

            assertThat(run("backup", "shop", ARN, "--wait").exit()).isZero();
        }

        @Test
        void showsARefusalWithItsHint() {
            CommandRun run = run("backup", "shop", "arn:aws:s3:::bucket/shop.bak", "--files", "4");

            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.out()).isEmpty();
            assertThat(run.err().lines())
                    .satisfiesExactly(
                            first -> assertThat(first).startsWith("error BAK-1010: a backup to 4 files needs"),
                            second -> assertThat(second).startsWith("hint: Write for example"));
        }

        @Test
        void printsTheProblemDocumentForScripts() throws IOException {
            CommandRun run = run("backup", "shop", ARN, "--files", "11", "--json");

            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.json().path("code").asText()).isEqualTo("BAK-1005");
            assertThat(run.json().path("parameter").asText()).isEqualTo("number_of_files");
        }

        @Test
        void namesTheKeyThatEncrypts() {
            String key = "arn:aws:kms:us-east-1:123456789012:key/a-b";

            CommandRun run = run("backup", "shop", ARN, "--files=2", "--kms-key=" + key);

            assertThat(run.exit()).as(run.err()).isZero();
            assertThat(API.cluster().submissions.get(0).request().key()).contains(KeyArn.parse(key));
        }
    }

    @Nested
    class Restore {
        @Test
        void submits() {
            CommandRun run = run("restore", "copy", "arn:aws:s3:::bucket/shop*", "--instance", "main");

            assertThat(run.exit()).as(run.err()).isZero();
            assertThat(API.cluster().submissions.get(0).request())
                    .isEqualTo(new RestoreRequest(new DatabaseName("copy"), S3Arn.parse("arn:aws:s3:::bucket/shop*")));
        }
    }

    @Nested
    class Cancel {
        @Test
        void printsTheRowOnceTheRequestIsRecorded() throws IOException {
            API.cluster().put(Tasks.at(Tasks.backup(5), 40, Lifecycle.IN_PROGRESS, ""));

            CommandRun run = run("cancel", "5", "--instance", "main", "--json");

            assertThat(run.exit()).as(run.err()).isZero();
            assertThat(run.json().at("/rows/0/lifecycle").asText()).isEqualTo("CANCEL_REQUESTED");
            assertThat(API.cluster().cancellations.get(0).key().map(RequestKey::key))
                    .contains(CommandRun.KEY.toString());
        }

        @Test
        void waitsForTheEndInCancelled() {
            API.cluster().put(Tasks.at(Tasks.backup(5), 40, Lifecycle.IN_PROGRESS, ""));
            tasksEndIn(Lifecycle.CANCELLED, "[2026-03-01 10:00:00.000] Task has been cancelled.");

            CommandRun run = run("cancel", "5", "--wait");

            assertThat(run.exit()).as(run.err()).isZero();
            assertThat(run.out()).contains("CANCELLED").contains("Task has been cancelled.");
            assertThat(run.err()).doesNotContain("error");
        }

        @Test
        void saysThatATaskWasNotCancelledBecauseItHadPassedItsCommitPoint() {
            API.cluster().put(Tasks.at(Tasks.backup(5), 95, Lifecycle.IN_PROGRESS, ""));
            tasksEndIn(Lifecycle.SUCCESS, "the request came after its commit point");

            CommandRun run = run("cancel", "5", "--wait");

            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.out()).contains("after its commit point");
            assertThat(run.err()).contains("error: task 5 was not cancelled, it ended in SUCCESS");
        }

        @Test
        void showsARefusal() {
            API.cluster().put(Tasks.at(Tasks.backup(5), 100, Lifecycle.SUCCESS, ""));

            assertThat(run("cancel", "5").err()).startsWith("error BAK-2121: ");
            assertThat(run("cancel", "99").err()).startsWith("error BAK-3003: ");
            assertThat(run("cancel", "0").err()).startsWith("error BAK-1005: ");
        }
    }

    @Nested
    class TasksList {
        @Test
        void filters() throws IOException {
            API.cluster().put(Tasks.backup(1));
            API.cluster().put(Tasks.at(Tasks.backup(2), 50, Lifecycle.ERROR, ""));

            CommandRun run = run(
                    "tasks", "--db", "größe & co", "--lifecycle", "ERROR", "--limit", "5", "--after", "9", "--json");

            assertThat(run.exit()).as(run.err()).isZero();
            assertThat(run.json().path("tasks")).isEmpty();
            assertThat(API.cluster().filters)
                    .containsExactly(new TaskFilter(
                            Optional.of(new DatabaseName("größe & co")),
                            Optional.empty(),
                            Optional.of(Lifecycle.ERROR),
                            Optional.of(new TaskId(9)),
                            // One more than is shown tells whether there is another page.
                            Optional.of(6)));
            assertThat(run("tasks").out()).containsSubsequence(" 2 | BACKUP_DB", " 1 | BACKUP_DB");
        }

        @Test
        void showsOneTaskWithItsStripes() {
            API.cluster().put(Tasks.at(Tasks.backup(7), 50, Lifecycle.IN_PROGRESS, "a line of info"));

            CommandRun run = run("tasks", "7");

            assertThat(run.exit()).isZero();
            assertThat(run.out())
                    .contains("shop1-of-2.bak")
                    .contains("shop2-of-2.bak")
                    .contains("a line of info");
        }

        @Test
        void exitsWithOneForATaskThatDoesNotExist() {
            CommandRun run = run("tasks", "99");

            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.err()).startsWith("error BAK-3003: ");
        }
    }

    @Nested
    class Exec {
        @Test
        void runsAStatement() {
            CommandRun run = run("exec", "exec rdsadmin..rds_set_configuration 'S3 backup compression', 'true';");

            assertThat(run.exit()).as(run.err()).isZero();
            assertThat(run.out()).contains("S3 backup compression").contains("true");
        }

        @Test
        void waitsForTheTaskThatAStatementMakes() {
            tasksEndIn(Lifecycle.ERROR, "no");

            assertThat(run("exec", "exec msdb.dbo.rds_backup_database 'shop', 'arn:aws:s3:::bucket/a.bak'", "--wait")
                            .exit())
                    .isEqualTo(1);
        }

        @Test
        void showsWhatCannotBeRead() {
            CommandRun run = run("exec", "select 1");

            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.err()).startsWith("error BAK-1013: ");
        }
    }

    @Test
    void setsAndShowsTheConfiguration() {
        assertThat(run("config", "set", "S3 backup compression", "true").exit()).isZero();

        CommandRun run = run("config", "show");

        assertThat(run.exit()).isZero();
        assertThat(run.out()).contains("S3 backup compression");
    }

    @Test
    void listsInstancesAndDatabases() {
        API.cluster()
                .databases
                .put(
                        "shop",
                        new DatabaseInfo(
                                new DatabaseName("shop"),
                                DatabaseState.ONLINE,
                                RecoveryModel.FULL,
                                Optional.empty(),
                                Optional.empty()));

        assertThat(run("instances").out())
                .contains("main")
                .contains("postgresql")
                .contains("enabled");
        assertThat(run("databases").out()).contains("shop").contains("ONLINE");
        assertThat(run("databases", "--instance", "other").err()).startsWith("error BAK-3001: ");
    }

    @Test
    void asksWhichInstanceWhenThereAreSeveral() {
        API.cluster().declare("second");

        assertThat(run("databases").exit()).isEqualTo(2);
        assertThat(run("backup", "shop", ARN).err()).startsWith("error BAK-1020: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "backup",
                "backup shop",
                "backup shop arn --files many",
                "backup shop arn extra",
                "restore shop",
                "tasks x",
                "cancel",
                "cancel x",
                "cancel 1 2",
                "exec",
                "config",
                "config set a",
                "unheard-of",
                "instances --unheard-of"
            })
    void exitsWithTwoOnWrongUsage(String line) {
        CommandRun run = run(line.isEmpty() ? new String[0] : line.split(" "));

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err())
                .startsWith("error: ")
                .contains("--help shows the usage.")
                .doesNotContain("Usage:");
        assertThat(API.cluster().submissions).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "backup",
                "restore",
                "tasks",
                "cancel",
                "exec",
                "config",
                "config set",
                "config show",
                "instances",
                "databases",
                "doctor"
            })
    void helpsWithExamples(String command) {
        CommandRun run = run((command + " --help").strip().split(" "));

        assertThat(run.exit()).isZero();
        assertThat(run.out()).contains("Usage: bakstripe").contains("Example").contains("  bakstripe ");
    }

    @Test
    void takesFurtherCommandsFromOtherModules() {
        CommandLine line = new CommandLine(new BakstripeCommand()).addSubcommand("further", new FurtherCommand());

        assertThat(line.execute("further")).isEqualTo(42);
    }

    @CommandLine.Command(name = "further")
    static final class FurtherCommand implements java.util.concurrent.Callable<Integer> {
        @Override
        public Integer call() {
            return 42;
        }
    }
}
