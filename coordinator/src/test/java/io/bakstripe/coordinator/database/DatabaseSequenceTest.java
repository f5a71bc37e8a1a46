package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.database.Given.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestProbe;
import io.bakstripe.coordinator.Samples;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.message.DatabaseCommand.BackupSets;
import io.bakstripe.protocol.message.DatabaseCommand.DatabaseDescription;
import io.bakstripe.protocol.message.DatabaseCommand.DescribeBackupSets;
import io.bakstripe.protocol.message.DatabaseCommand.DescribeDatabase;
import io.bakstripe.protocol.message.DatabaseCommand.Drop;
import io.bakstripe.protocol.message.DatabaseCommand.EngineStopped;
import io.bakstripe.protocol.message.DatabaseCommand.Registered;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreState;
import io.bakstripe.protocol.message.DatabaseCommand.SessionEnded;
import io.bakstripe.protocol.message.DatabaseCommand.SessionOpened;
import io.bakstripe.protocol.message.DatabaseCommand.SlotGranted;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.DropReply;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.message.HostCommand.HostReply;
import io.bakstripe.protocol.message.InstanceCommand.Register;
import io.bakstripe.protocol.message.PreflightCommand;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply;
import io.bakstripe.protocol.message.RestoreCommand.RestoreGoal;
import io.bakstripe.protocol.message.SessionCommand.SessionGoal;
import io.bakstripe.protocol.message.SubmitReply;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.FinishRequest;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.procedure.StopAt;
import io.bakstripe.protocol.stripe.SetFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.protocol.task.Lifecycle;
import io.bakstripe.protocol.task.TaskDetail;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Steps of restore sequences, drops and log backups, as the coordinator's partners see them. */
class DatabaseSequenceTest extends AmongProbes {

    private TestProbe<DropReply> drop() {
        TestProbe<DropReply> dropper = probe();
        database.runCommand(new Drop(Samples.COPY, Samples.view(), Samples.ME, dropper.getRef()));
        return dropper;
    }

    @Test
    void dropsADatabaseOnceItsHostHasRemovedIt() {
        database.initialize(Given.left());

        TestProbe<DropReply> dropper = drop();
        HostCommand.Drop order = (HostCommand.Drop) peers.host.receiveMessage();
        submit(Samples.step(BackupType.LOG, Recovery.NORECOVERY), Optional.empty());
        assertThat(caller.expectMessageClass(SubmitReply.Refused.class)
                        .problem()
                        .error())
                .isEqualTo(BackupError.BEING_DROPPED);
        assertThat(database.getState().position()).isPresent();
        order.replyTo().tell(new HostReply.Dropped());

        assertThat(dropper.expectMessageClass(DropReply.Dropped.class).database())
                .isEqualTo(Samples.COPY);
        assertThat(database.getState().stage()).isEqualTo(DatabaseStage.ABSENT);
    }

    @Test
    void aDatabaseThatItsHostCannotRemoveIsThereStill() {
        database.initialize(Given.left());

        TestProbe<DropReply> dropper = drop();
        ((HostCommand.Drop) peers.host.receiveMessage())
                .replyTo()
                .tell(new HostReply.Failed(BackupError.HOST_IO.problem("h1", "base", "read-only file system")));

        assertThat(dropper.expectMessageClass(DropReply.Refused.class).problem().error())
                .isEqualTo(BackupError.HOST_IO);
        assertThat(database.getState().stage()).isEqualTo(DatabaseStage.RESTORING);
        drop();
        peers.host.expectMessageClass(HostCommand.Drop.class);
    }

    @Test
    void refusesToDropWhatIsNotRestoring() {
        assertThat(drop().expectMessageClass(DropReply.Refused.class).problem().error())
                .isEqualTo(BackupError.DATABASE_UNKNOWN);
        peers.host.expectNoMessage();
    }

    @Test
    void finishesARestoreWithoutPreflight() {
        database.initialize(Given.left());
        submit(new FinishRequest(Samples.COPY), Optional.empty());
        tell(new Registered(instanceGets(Register.class).submission(), ONE));
        caller.expectMessageClass(SubmitReply.Accepted.class);
        tell(new SlotGranted(ONE));

        restore(RestoreGoal.OPEN);
        tell(Given.restoring(RestoreState.OPENED, 0));

        assertThat(ended().row().lifecycle()).isEqualTo(Lifecycle.SUCCESS);
        assertThat(database.getState().stage()).isEqualTo(DatabaseStage.ONLINE);
        assertThat(database.getState().position()).isEmpty();
        peers.preflight.expectNoMessage();
    }

    @Test
    void keepsALogAndThenOpensTheDatabase() {
        database.initialize(Given.left());
        applied(Samples.step(BackupType.LOG, Recovery.RECOVERY), Samples.log());
        restore(RestoreGoal.KEEP);
        tell(Given.kept(Samples.log(), false));
        restore(RestoreGoal.OPEN);
        assertThat(database.getState().position().orElseThrow().redoLsn())
                .isEqualTo(Samples.log().lastLsn());
        tell(Given.restoring(RestoreState.OPENED, 1_000));

        assertThat(ended().row().lifecycle()).isEqualTo(Lifecycle.SUCCESS);
    }

    private static RestoreRequest stopping(Recovery recovery) {
        return new RestoreRequest(
                Samples.COPY,
                BackupType.LOG,
                Samples.STRIPED,
                recovery,
                Optional.of(new StopAt("2026-03-04T12:00:30Z")));
    }

    @Test
    void aLogThatHoldsTheMomentSaysThatItIsReached() {
        database.initialize(Given.left());
        applied(stopping(Recovery.NORECOVERY), Samples.log());
        restore(RestoreGoal.KEEP);
        tell(Given.kept(Samples.log(), true));

        assertThat(ended().row().lifecycle()).isEqualTo(Lifecycle.SUCCESS);
        assertThat(ended().row().taskInfo())
                .contains(
                        "The restore has reached the moment it was to stop at, 2026-03-04T12:00:30Z. No further log is"
                                + " needed: rds_finish_restore opens the database.");
    }

    @Test
    void aLogThatOpensTheDatabaseAtTheMomentSaysThatItIsReached() {
        database.initialize(Given.left());
        applied(stopping(Recovery.RECOVERY), Samples.log());
        restore(RestoreGoal.KEEP);
        tell(Given.kept(Samples.log(), true));
        restore(RestoreGoal.OPEN);
        tell(Given.restoring(RestoreState.OPENED, 1_000));

        assertThat(ended().row().lifecycle()).isEqualTo(Lifecycle.SUCCESS);
        assertThat(ended().row().taskInfo())
                .contains("reached the moment it was to stop at, 2026-03-04T12:00:30Z.\n")
                .doesNotContain("rds_finish_restore");
    }

    private void applied(RestoreRequest request, SetFacts set) {
        submit(request, Optional.empty());
        PreflightReply found = new PreflightReply.Passed(1_000, List.of(), Optional.of(set));
        preflight(found);
        tell(new Registered(instanceGets(Register.class).submission(), ONE));
        caller.expectMessageClass(SubmitReply.Accepted.class);
        tell(new SlotGranted(ONE));
        preflight(found);
        restore(RestoreGoal.APPLY);
        tell(Given.restoring(RestoreState.APPLIED, 1_000));
    }

    @Test
    void aDatabaseThatCannotBeReadIsRestoringBehindItsLog() {
        database.initialize(Given.left());
        applied(Samples.step(BackupType.LOG, Recovery.STANDBY), Samples.log());

        restore(RestoreGoal.STAND_BY);
        tell(Given.unreadable(Samples.log()));

        endsUnreadable();
        assertThat(database.getState().position())
                .contains(Given.POSITION.after(
                        Given.rolledTo(Samples.log()), Optional.empty(), Recovery.NORECOVERY, "me"));
    }

    @Test
    void aDatabaseThatCannotBeReadIsRestoringBehindItsFullBackup() {
        applied(Samples.step(BackupType.FULL, Recovery.STANDBY), Samples.full());

        restore(RestoreGoal.STAND_BY);
        tell(Given.unreadable(Samples.full()));

        endsUnreadable();
        assertThat(database.getState().position()).contains(Given.POSITION);
    }

    private void endsUnreadable() {
        TaskDetail ended = ended();
        assertThat(ended.row().lifecycle()).isEqualTo(Lifecycle.ERROR);
        assertThat(ended.row().taskInfo()).contains("BAK-6015");
        assertThat(database.getState().stage()).isEqualTo(DatabaseStage.RESTORING);
    }

    @Test
    void refusesASetThatDoesNotFitAtTheCall() {
        database.initialize(Given.left(
                Given.POSITION.after(Given.rolledTo(Samples.log()), Optional.empty(), Recovery.NORECOVERY, "me")));
        submit(Samples.step(BackupType.LOG, Recovery.RECOVERY), Optional.empty());
        preflight(new PreflightReply.Passed(1_000, List.of(), Optional.of(Samples.log())));

        assertThat(caller.expectMessageClass(SubmitReply.Refused.class)
                        .problem()
                        .error())
                .isEqualTo(BackupError.LOG_TOO_EARLY);
        peers.instance.expectNoMessage();
    }

    @Test
    void givesTheLogBackOnlyOnceEveryoneCanReadIt() {
        database.initialize(Given.logged());
        StopFacts stop = new StopFacts(Lsn.parse("0/5000000"), Samples.NOON, 2, 32 << 20);
        submit(
                new BackupRequest(Samples.SHOP, BackupType.LOG, S3Arn.parse("arn:aws:s3:::bucket/l"), false, 1, false),
                Optional.empty());
        PreflightCommand.CheckBackup check = (PreflightCommand.CheckBackup) peers.preflight.receiveMessage();
        assertThat(check.basis().orElseThrow().chain()).contains(Given.CHAIN);
        check.replyTo().tell(new PreflightReply.Passed(2_000));
        tell(new Registered(instanceGets(Register.class).submission(), ONE));
        tell(new SlotGranted(ONE));
        passes();
        assertThat(session(tick -> tick.goal() == SessionGoal.OPEN)
                        .spec()
                        .basis()
                        .chain())
                .contains(Given.CHAIN);
        tell(new SessionOpened(Given.FIRST, 1, Samples.log().start(), List.of(1_000L), 3));
        tell(Given.stripe(1, StripeState.DRAINED, 1_000));
        tell(new EngineStopped(Given.FIRST, 1, stop, List.of(), List.of(0L), 3));
        tell(Given.stripe(1, StripeState.PREPARED, 1_000));
        passes();
        phase(TaskPhase.PUBLISHING);

        for (int ticks = 0; ticks < 20; ticks++) {
            assertThat(session(tick -> true).goal()).isNotEqualTo(SessionGoal.END);
        }
        tell(Given.stripe(1, StripeState.PUBLISHED, 1_000));
        assertThat(session(tick -> tick.goal() == SessionGoal.END).published()).contains(Lsn.parse("0/5000000"));
        tell(new SessionEnded(Given.FIRST, 1));

        assertThat(ended().row().lifecycle()).isEqualTo(Lifecycle.SUCCESS);
        assertThat(database.getState().history().chain().orElseThrow().nextLsn())
                .isEqualTo(Lsn.parse("0/5000000"));
        TestProbe<BackupSets> asker = probe();
        database.runCommand(new DescribeBackupSets(asker.getRef()));
        assertThat(asker.expectMessageClass(BackupSets.class).sets())
                .singleElement()
                .satisfies(set -> {
                    assertThat(set.type()).isEqualTo(BackupType.LOG);
                    assertThat(set.recoveryFork()).contains(Samples.FORK);
                });
    }

    @Test
    void showsThePositionOfADatabaseThatIsRestoring() {
        database.initialize(Given.left());
        TestProbe<DatabaseDescription> asker = probe();

        database.runCommand(new DescribeDatabase(asker.getRef()));

        DatabaseDescription shown = asker.expectMessageClass(DatabaseDescription.class);
        assertThat(shown.name()).contains(Samples.COPY);
        assertThat(shown.position().orElseThrow().redoLsn())
                .isEqualTo(Samples.stop().lastLsn());
        assertThat(shown.standby()).isFalse();
        Awaitility.await()
                .untilAsserted(() -> assertThat(database.getState().idle()).isTrue());
    }
}
