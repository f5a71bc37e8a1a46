package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.database.Given.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestProbe;
import io.bakstripe.coordinator.Samples;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.message.DatabaseCommand.ClearPartial;
import io.bakstripe.protocol.message.DatabaseCommand.PartialReply;
import io.bakstripe.protocol.message.DatabaseCommand.Registered;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreState;
import io.bakstripe.protocol.message.DatabaseCommand.SlotGranted;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.message.HostCommand.HostReply;
import io.bakstripe.protocol.message.InstanceCommand.Describe;
import io.bakstripe.protocol.message.InstanceCommand.InstanceDescription;
import io.bakstripe.protocol.message.InstanceCommand.Register;
import io.bakstripe.protocol.message.PreflightCommand.CheckRestore;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply;
import io.bakstripe.protocol.message.RestoreCommand;
import io.bakstripe.protocol.message.RestoreCommand.RestoreGoal;
import io.bakstripe.protocol.message.SubmitReply;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.stripe.Storage;
import io.bakstripe.protocol.task.Lifecycle;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The restore of a snapshot, as the partners of its target's coordinators see it (row D2). */
class DatabaseSnapshotRestoreTest extends AmongProbes {
    private static final PreflightReply FOUND =
            new PreflightReply.Passed(1_000, List.of(), Optional.of(Samples.full()));
    private static final DatabaseName HALF = new DatabaseName("half");
    private static final Problem PENDING = BackupError.PARTIAL_RESTORE_PENDING.problem(HALF, "sandbox", "7");

    private void submitted() {
        submit(Samples.restoredSnapshot(Samples.COPY), Optional.empty());
    }

    /** The instance has two databases. */
    private void described() {
        Describe question = instanceGets(Describe.class);
        question.replyTo()
                .tell(new InstanceDescription(
                        Optional.of(Samples.view()), List.of(Samples.COPY, HALF), List.of(), List.of()));
    }

    /** Both are asked at once; the second one answers. */
    private void answered(boolean drop, Optional<Problem> problem) {
        answered(drop, new PartialReply(Optional.empty()), new PartialReply(problem));
    }

    private void answered(boolean drop, PartialReply ofFirst, PartialReply ofSecond) {
        ClearPartial first = peers.database.expectMessageClass(ClearPartial.class);
        ClearPartial second = peers.database.expectMessageClass(ClearPartial.class);
        assertThat(List.of(first, second)).allSatisfy(asked -> {
            assertThat(asked.drop()).isEqualTo(drop);
            assertThat(asked.login()).isEqualTo(Samples.ME.name());
        });
        second.replyTo().tell(ofSecond);
        first.replyTo().tell(ofFirst);
    }

    private static PartialReply dropped(DatabaseName name) {
        return new PartialReply(Optional.empty(), Optional.of(name));
    }

    private void begins() {
        accepted();
        tell(new SlotGranted(ONE));
        preflight(FOUND);
        described();
        answered(false, Optional.empty());
    }

    private void accepted() {
        submitted();
        preflight(FOUND);
        described();
        answered(false, Optional.empty());
        tell(new Registered(instanceGets(Register.class).submission(), ONE));
        caller.expectMessageClass(SubmitReply.Accepted.class);
    }

    private BackupError refused() {
        return caller.expectMessageClass(SubmitReply.Refused.class).problem().error();
    }

    private TestProbe<PartialReply> clear(boolean drop) {
        TestProbe<PartialReply> asking = probe();
        database.runCommand(new ClearPartial(Samples.view(), "boss", drop, asking.getRef()));
        return asking;
    }

    private HostCommand.Drop hostDrops() {
        return (HostCommand.Drop) peers.host.receiveMessage();
    }

    @Test
    void dropsWhatIsPartiallyRestoredBeforeItBeginsAndNotBefore() {
        accepted();
        peers.database.expectNoMessage(Duration.ofMillis(20));

        tell(new SlotGranted(ONE));
        preflight(FOUND);
        described();
        answered(false, Optional.empty());
        peers.restore.expectNoMessage(Duration.ofMillis(20));
        answered(true, Optional.empty());

        RestoreCommand.Ensure tick = (RestoreCommand.Ensure) peers.restore.receiveMessage();
        assertThat(tick.goal()).isEqualTo(RestoreGoal.APPLY);
        assertThat(tick.spec().storage()).isEqualTo(Storage.SNAPSHOTS);
        assertThat(tick.spec().step().from())
                .contains(Samples.restoredSnapshot(Samples.COPY).arn());
        phase(TaskPhase.APPLYING);
        tell(Given.restoring(RestoreState.APPLIED, 1_000));
        restore(RestoreGoal.OPEN);
        tell(Given.restoring(RestoreState.OPENED, 1_000));
        assertThat(ended().row().lifecycle()).isEqualTo(Lifecycle.SUCCESS);
        assertThat(database.getState().stage()).isEqualTo(DatabaseStage.ONLINE);
    }

    @Test
    void isRefusedWhenItsFilesCannotBeReadAndAsksNobodyThen() {
        submitted();
        assertThat(((CheckRestore) peers.preflight.receiveMessage()).request().storage())
                .isEqualTo(Storage.SNAPSHOTS);
        submitted();
        preflight(new PreflightReply.Refused(Given.DENIED));

        assertThat(refused()).isEqualTo(BackupError.ACCESS_DENIED);
        peers.database.expectNoMessage(Duration.ofMillis(50));
        assertThat(database.getState()).isEqualTo(DatabaseRecord.empty());
    }

    @Test
    void isRefusedWhenOneDatabaseHasRestoreTasksAndDropsNoneThen() {
        submitted();
        preflight(FOUND);
        described();
        answered(false, Optional.of(PENDING));

        assertThat(refused()).isEqualTo(BackupError.PARTIAL_RESTORE_PENDING);
        peers.database.expectNoMessage(Duration.ofMillis(50));
        assertThat(database.getState()).isEqualTo(DatabaseRecord.empty());
    }

    @Test
    void isRefusedForANameThatIsInUseBeforeAnybodyIsAsked() {
        database.initialize(Given.online(Samples.COPY));
        submitted();

        assertThat(refused()).isEqualTo(BackupError.DATABASE_EXISTS);
        peers.preflight.expectNoMessage(Duration.ofMillis(20));
    }

    @Test
    void endsInErrorWithNothingDroppedWhenADatabaseGotRestoreTasksMeanwhile() {
        accepted();
        tell(new SlotGranted(ONE));
        preflight(FOUND);
        described();
        answered(false, Optional.of(PENDING));

        assertThat(ended().row().lifecycle()).isEqualTo(Lifecycle.ERROR);
        assertThat(ended().row().taskInfo()).contains("'half'", "pending restore tasks: 7");
        peers.database.expectNoMessage(Duration.ofMillis(50));
    }

    @Test
    void saysWhichDatabasesItHasDropped() {
        begins();
        answered(true, dropped(Samples.COPY), dropped(HALF));
        phase(TaskPhase.APPLYING);

        assertThat(database.getState().tasks().get(0).lines())
                .anySatisfy(line -> assertThat(line)
                        .endsWith("Dropped partially restored database(s) of instance 'sandbox': Copy, half"));
    }

    @Test
    void saysNothingOfDropsWhereNoneWasPartiallyRestored() {
        begins();
        answered(true, Optional.empty());
        phase(TaskPhase.APPLYING);

        assertThat(database.getState().tasks().get(0).lines()).noneMatch(line -> line.contains("Dropped"));
    }

    @Test
    void saysWhatItHasDroppedInVain() {
        begins();
        answered(true, dropped(Samples.COPY), new PartialReply(Optional.of(PENDING)));

        assertThat(ended().row().lifecycle()).isEqualTo(Lifecycle.ERROR);
        assertThat(ended().row().taskInfo())
                .contains("Dropped partially restored database(s) of instance 'sandbox': Copy", "restore tasks: 7");
    }

    @Test
    void namesWhatItDroppedBeforeItHadToAskAgain() {
        begins();
        answered(
                true,
                dropped(Samples.COPY),
                new PartialReply(Optional.of(BackupError.CLUSTER_TIMEOUT.problem("the coordinator"))));
        preflight(FOUND);
        described();
        answered(false, Optional.empty());
        answered(true, new PartialReply(Optional.empty()), dropped(HALF));
        phase(TaskPhase.APPLYING);

        assertThat(String.join("\n", database.getState().tasks().get(0).lines()))
                .contains("of instance 'sandbox': Copy\n", "of instance 'sandbox': half");
    }

    @Test
    void asksAgainAfterARestartInTheMiddleOfDropping() {
        accepted();
        tell(new SlotGranted(ONE));
        preflight(FOUND);
        described();
        answered(false, Optional.empty());
        peers.database.expectMessageClass(ClearPartial.class);
        peers.database.expectMessageClass(ClearPartial.class);

        restartsEqual();
        tell(new SlotGranted(ONE));
        preflight(FOUND);
        described();
        answered(false, Optional.empty());
        answered(true, Optional.empty());

        phase(TaskPhase.APPLYING);
    }

    @Test
    void aDatabaseIsDroppedOnceForAllWhoAsk() {
        database.initialize(Given.left());
        TestProbe<PartialReply> checking = clear(false);
        assertThat(checking.receiveMessage().problem()).isEmpty();
        peers.host.expectNoMessage(Duration.ofMillis(20));

        TestProbe<PartialReply> first = clear(true);
        TestProbe<PartialReply> second = clear(true);
        HostCommand.Drop order = hostDrops();
        peers.host.expectNoMessage(Duration.ofMillis(20));
        first.expectNoMessage(Duration.ofMillis(20));
        order.replyTo().tell(new HostReply.Dropped());

        assertThat(first.receiveMessage()).isEqualTo(dropped(Samples.COPY));
        assertThat(second.receiveMessage()).isEqualTo(dropped(Samples.COPY));
        assertThat(database.getState().stage()).isEqualTo(DatabaseStage.ABSENT);
        assertThat(clear(true).receiveMessage()).isEqualTo(new PartialReply(Optional.empty()));
        peers.host.expectNoMessage(Duration.ofMillis(20));
    }

    @Test
    void aDatabaseThatItsHostCannotRemoveStaysAndSaysWhy() {
        database.initialize(Given.left());
        TestProbe<PartialReply> asking = clear(true);
        hostDrops().replyTo().tell(new HostReply.Failed(BackupError.HOST_IO.problem("h1", "base", "read-only")));

        assertThat(asking.receiveMessage().problem().map(Problem::error)).contains(BackupError.HOST_IO);
        assertThat(database.getState().stage()).isEqualTo(DatabaseStage.RESTORING);
    }

    @Test
    void oneThatIsOnlineIsLeftAlone() {
        database.initialize(Given.online(Samples.COPY));

        assertThat(clear(true).receiveMessage().problem()).isEmpty();
        peers.host.expectNoMessage(Duration.ofMillis(20));
        assertThat(database.getState().stage()).isEqualTo(DatabaseStage.ONLINE);
    }
}
