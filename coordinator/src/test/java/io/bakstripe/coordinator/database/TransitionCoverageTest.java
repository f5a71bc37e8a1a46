package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.database.Given.DENIED;
import static io.bakstripe.coordinator.database.Given.SETTINGS;
import static io.bakstripe.coordinator.database.Given.restoring;
import static io.bakstripe.coordinator.database.Given.stripe;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreState;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.FinishRequest;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.task.Lifecycle;
import io.bakstripe.protocol.task.TaskType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Drives tasks along every way there is: each row of both transition tables is visited, and nothing happens that is not in them. */
class TransitionCoverageTest {
    /** A course, and how its task ends. */
    private record Scenario(Course course, Lifecycle end, DatabaseStage left) {
        /** Of a backup, or of a restore that opens a database or leaves nothing. */
        Scenario(Course course, Lifecycle end) {
            this(
                    course,
                    end,
                    course.end().row().taskType() == TaskType.RESTORE_DB && end == Lifecycle.SUCCESS
                            ? DatabaseStage.ONLINE
                            : DatabaseStage.ABSENT);
        }
    }

    private static Course opening() {
        return Course.started(Samples.backup(Samples.SHOP, 2));
    }

    private static Course streaming() {
        return opening().opened().reported(stripe(1, StripeState.STREAMING, 800));
    }

    private static Course stopping() {
        return streaming().stripes(StripeState.DRAINED, StripeState.DRAINED);
    }

    private static Course closing() {
        return stopping().stopped();
    }

    private static Course publishing() {
        return closing().stripes(StripeState.PREPARED, StripeState.PREPARED).targetsChecked(Optional.empty());
    }

    private static Course abandoning() {
        return publishing()
                .reported(stripe(1, StripeState.FAILED, 0, DENIED))
                .reported(stripe(2, StripeState.PUBLISHED, 1_000));
    }

    private static Course applying() {
        return Course.started(Samples.restore(Samples.COPY));
    }

    private static Course recovering() {
        return applying()
                .reported(restoring(RestoreState.APPLYING, 500))
                .reported(restoring(RestoreState.APPLIED, 1_000));
    }

    private static Course discarding() {
        return applying()
                .reported(restoring(RestoreState.FAILED, 0, BackupError.HOST_IO.problem("h1", "base/1", "no space")));
    }

    private static Course logApplying() {
        return Course.step(Given.left(), Samples.step(BackupType.LOG, Recovery.RECOVERY), Optional.of(Samples.log()))
                .reported(restoring(RestoreState.APPLYING, 500));
    }

    private static Course differentialApplying() {
        return Course.step(
                Given.left(),
                Samples.step(BackupType.DIFFERENTIAL, Recovery.NORECOVERY),
                Optional.of(Samples.differential()));
    }

    /** A restore that is about to be put in the place of a declared database. */
    private static Course replacing() {
        return Course.step(DatabaseRecord.empty(), Samples.replacing(Samples.SHOP), Optional.of(Samples.full()))
                .reported(restoring(RestoreState.APPLIED, 1_000));
    }

    private static Course finishing() {
        return Course.step(Given.left(), new FinishRequest(Samples.COPY), Optional.empty());
    }

    /** Steps of restores that leave, or find, a database RESTORING. */
    private static Stream<Scenario> steps() {
        Problem full = BackupError.HOST_IO.problem("h1", "base/1", "no space");
        return Stream.of(
                new Scenario(
                        Course.step(
                                        DatabaseRecord.empty(),
                                        Samples.step(BackupType.FULL, Recovery.NORECOVERY),
                                        Optional.of(Samples.full()))
                                .reported(restoring(RestoreState.APPLIED, 1_000))
                                .reported(Given.kept(Samples.full(), false)),
                        Lifecycle.SUCCESS,
                        DatabaseStage.RESTORING),
                new Scenario(
                        logApplying()
                                .reported(restoring(RestoreState.APPLIED, 1_000))
                                .reported(Given.kept(Samples.log(), false))
                                .reported(restoring(RestoreState.OPENED, 1_000)),
                        Lifecycle.SUCCESS,
                        DatabaseStage.ONLINE),
                new Scenario(
                        logApplying()
                                .reported(restoring(RestoreState.APPLIED, 1_000))
                                .reported(restoring(RestoreState.FAILED, 1_000, DENIED))
                                .reported(Given.discarded(false)),
                        Lifecycle.ERROR,
                        DatabaseStage.RESTORING),
                new Scenario(
                        differentialApplying()
                                .reported(restoring(RestoreState.FAILED, 1_000, DENIED))
                                .reported(Given.discarded(true)),
                        Lifecycle.ERROR,
                        DatabaseStage.RESTORING),
                new Scenario(
                        differentialApplying()
                                .reported(restoring(RestoreState.FAILED, 1_000, full))
                                .waited(SETTINGS.rollbackLimit())
                                .cancelled()
                                .waited(SETTINGS.rollbackLimit()),
                        Lifecycle.CANCELLED,
                        DatabaseStage.RESTORING),
                new Scenario(replacing().reported(Given.replaced()), Lifecycle.SUCCESS, DatabaseStage.ONLINE),
                new Scenario(
                        replacing()
                                .reported(restoring(RestoreState.FAILED, 1_000, DENIED))
                                .reported(Given.discarded(false)),
                        Lifecycle.ERROR,
                        DatabaseStage.ABSENT),
                new Scenario(
                        finishing().reported(restoring(RestoreState.OPENED, 0)),
                        Lifecycle.SUCCESS,
                        DatabaseStage.ONLINE),
                new Scenario(
                        finishing()
                                .reported(restoring(RestoreState.FAILED, 0, DENIED))
                                .reported(Given.discarded(false))
                                .happened(new DatabaseEvent.DatabaseDropped(Given.ONE, "me", Samples.NOON)),
                        Lifecycle.ERROR,
                        DatabaseStage.ABSENT));
    }

    private static List<Scenario> scenarios() {
        Duration silence = SETTINGS.rollbackLimit();
        return Stream.concat(
                        steps(),
                        Stream.concat(
                                Stream.of(
                                        new Scenario(publishing().published(), Lifecycle.SUCCESS),
                                        new Scenario(
                                                streaming()
                                                        .reported(stripe(1, StripeState.DRAINED, 1_000))
                                                        .reported(Given.damaged(stripe(2, StripeState.DRAINED, 1_000)))
                                                        .rolledBack(),
                                                Lifecycle.ERROR),
                                        new Scenario(
                                                Course.created(Samples.backup(Samples.SHOP, 2))
                                                        .startChecked(Optional.of(DENIED)),
                                                Lifecycle.ERROR),
                                        new Scenario(
                                                opening()
                                                        .reported(stripe(1, StripeState.FAILED, 0, DENIED))
                                                        .sessionEnded(),
                                                Lifecycle.ERROR),
                                        new Scenario(
                                                streaming()
                                                        .reported(stripe(1, StripeState.FAILED, 0, DENIED))
                                                        .rolledBack(),
                                                Lifecycle.ERROR),
                                        new Scenario(
                                                stopping()
                                                        .reported(stripe(1, StripeState.FAILED, 0, DENIED))
                                                        .rolledBack(),
                                                Lifecycle.ERROR),
                                        new Scenario(
                                                closing()
                                                        .stripes(StripeState.PREPARED, StripeState.PREPARED)
                                                        .targetsChecked(Optional.of(DENIED))
                                                        .waited(silence),
                                                Lifecycle.ERROR),
                                        new Scenario(abandoning().waited(silence), Lifecycle.ERROR),
                                        new Scenario(
                                                recovering().reported(restoring(RestoreState.OPENED, 1_000)),
                                                Lifecycle.SUCCESS),
                                        new Scenario(
                                                recovering()
                                                        .reported(restoring(RestoreState.FAILED, 1_000, DENIED))
                                                        .reported(restoring(RestoreState.DISCARDED, 0)),
                                                Lifecycle.ERROR)),
                                cancellations()))
                .toList();
    }

    private static Stream<Scenario> cancellations() {
        return Stream.of(
                new Scenario(Course.created(Samples.backup(Samples.SHOP, 2)).cancelled(), Lifecycle.CANCELLED),
                new Scenario(Course.created(Samples.restore(Samples.COPY)).cancelled(), Lifecycle.CANCELLED),
                new Scenario(opening().cancelled().sessionEnded(), Lifecycle.CANCELLED),
                new Scenario(streaming().cancelled().rolledBack(), Lifecycle.CANCELLED),
                new Scenario(stopping().cancelled().rolledBack(), Lifecycle.CANCELLED),
                new Scenario(closing().cancelled().rolledBack(), Lifecycle.CANCELLED),
                new Scenario(publishing().cancelled().published(), Lifecycle.SUCCESS),
                new Scenario(abandoning().cancelled().reported(stripe(1, StripeState.ABORTED, 0)), Lifecycle.ERROR),
                new Scenario(streaming().sessionFailed().cancelled().rolledBack(), Lifecycle.CANCELLED),
                // Another attempt begins first, and is cancelled before its session is open.
                new Scenario(
                        streaming().sessionFailed().rolledBack().cancelled().waited(SETTINGS.sessionEndLimit()),
                        Lifecycle.CANCELLED),
                new Scenario(
                        applying().cancelled().reported(restoring(RestoreState.DISCARDED, 0)), Lifecycle.CANCELLED),
                new Scenario(
                        discarding().cancelled().reported(restoring(RestoreState.DISCARDED, 0)), Lifecycle.CANCELLED),
                new Scenario(
                        discarding()
                                .reported(restoring(RestoreState.DISCARDED, 0))
                                .waited(SETTINGS.retryDelay())
                                .cancelled()
                                .waited(SETTINGS.rollbackLimit()),
                        Lifecycle.CANCELLED));
    }

    @Test
    void everyRowOfBothTablesIsVisitedAndNoOther() {
        Set<TaskTransitions.Transition> ofTask = new HashSet<>();
        Set<DatabaseTransitions.Transition> ofDatabase = new HashSet<>();
        for (Scenario scenario : scenarios()) {
            ofTask.addAll(scenario.course().ofTask);
            ofDatabase.addAll(scenario.course().ofDatabase);
        }
        snapshots().forEach(course -> ofTask.addAll(course.ofTask));

        assertThat(ofTask).containsExactlyInAnyOrderElementsOf(TaskTransitions.ALL);
        assertThat(ofDatabase).containsExactlyInAnyOrderElementsOf(DatabaseTransitions.ALL);
    }

    /** Snapshots go the way of backups to four other ends. */
    private static Stream<Course> snapshots() {
        Course closing = Course.snapshot(DatabaseRecord.empty(), Samples.SHOP)
                .opened()
                .stripes(StripeState.DRAINED, StripeState.DRAINED)
                .stopped();
        Course abandoning = Course.snapshot(DatabaseRecord.empty(), Samples.SHOP)
                .opened()
                .stripes(StripeState.DRAINED, StripeState.DRAINED)
                .stopped()
                .stripes(StripeState.PREPARED, StripeState.PREPARED)
                .targetsChecked(Optional.empty())
                .reported(stripe(1, StripeState.FAILED, 0, DENIED))
                .reported(stripe(2, StripeState.PUBLISHED, 1_000))
                .reported(stripe(1, StripeState.ABORTED, 0));
        return Stream.of(
                closing.stripes(StripeState.PREPARED, StripeState.PREPARED)
                        .targetsChecked(Optional.empty())
                        .published(),
                abandoning,
                Course.snapshot(DatabaseRecord.empty(), Samples.SHOP)
                        .opened()
                        .reported(stripe(1, StripeState.FAILED, 0, DENIED))
                        .rolledBack(),
                // Nobody declares this one, and no restore has opened it.
                Course.snapshot(DatabaseRecord.empty(), Samples.COPY));
    }

    @Test
    void everyCourseEndsAsItShouldAndLeavesTheDatabaseAsItShould() {
        for (Scenario scenario : scenarios()) {
            DatabaseRecord state = scenario.course().state();
            assertThat(state.tasks()).isEmpty();
            assertThat(scenario.course().end().row().lifecycle())
                    .as(scenario.course().end().row().taskInfo())
                    .isEqualTo(scenario.end());
            assertThat(state.stage()).isEqualTo(scenario.left());
        }
    }

    @Test
    void theDatabasesTableIsDrawnInTheDocumentation() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "database-lifecycle.md"));

        assertThat(page).contains("```mermaid\n" + DatabaseTransitions.mermaid() + "```");
    }
}
