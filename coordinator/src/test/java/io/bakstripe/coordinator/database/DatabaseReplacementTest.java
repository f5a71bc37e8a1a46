package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.database.Given.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestProbe;
import io.bakstripe.coordinator.Samples;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.KeptDatabase;
import io.bakstripe.protocol.message.DatabaseCommand.DatabaseDescription;
import io.bakstripe.protocol.message.DatabaseCommand.DescribeDatabase;
import io.bakstripe.protocol.message.DatabaseCommand.Drop;
import io.bakstripe.protocol.message.DatabaseCommand.Registered;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreState;
import io.bakstripe.protocol.message.DatabaseCommand.SlotGranted;
import io.bakstripe.protocol.message.DatabaseCommand.SwapBack;
import io.bakstripe.protocol.message.DropReply;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.message.HostCommand.HostReply;
import io.bakstripe.protocol.message.InstanceCommand.Register;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply;
import io.bakstripe.protocol.message.RestoreCommand;
import io.bakstripe.protocol.message.RestoreCommand.RestoreGoal;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep;
import io.bakstripe.protocol.message.SubmitReply;
import io.bakstripe.protocol.message.SwapReply;
import io.bakstripe.protocol.task.Lifecycle;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Databases that are replaced and swapped back, as the coordinator's partners see it. */
class DatabaseReplacementTest extends AmongProbes {
    private static final KeptDatabase OTHER = new KeptDatabase(Samples.NOON.plusSeconds(9), "the other");

    private void applied() {
        submit(Samples.replacing(Samples.COPY), Optional.empty());
        PreflightReply found = new PreflightReply.Passed(1_000, List.of(), Optional.of(Samples.full()));
        preflight(found);
        tell(new Registered(instanceGets(Register.class).submission(), ONE));
        caller.expectMessageClass(SubmitReply.Accepted.class);
        tell(new SlotGranted(ONE));
        preflight(found);
        RestoreCommand.Ensure tick = (RestoreCommand.Ensure) peers.restore.receiveMessage();
        assertThat(tick.goal()).isEqualTo(RestoreGoal.APPLY);
        assertThat(tick.spec().step().kind()).isEqualTo(RestoreStep.Kind.REPLACEMENT);
        assertThat(tick.spec().step().position()).isEmpty();
        tell(Given.restoring(RestoreState.APPLIED, 1_000));
        restore(RestoreGoal.OPEN);
    }

    @Test
    void aRestoreIsPutInThePlaceOfADatabaseWhichIsKept() {
        database.initialize(Given.online(Samples.COPY));
        applied();
        assertThat(database.getState().stage()).isEqualTo(DatabaseStage.ONLINE);

        tell(Given.replaced());

        assertThat(ended().row().lifecycle()).isEqualTo(Lifecycle.SUCCESS);
        assertThat(ended().row().taskInfo()).contains(RestoreSteps.KEPT);
        assertThat(described().replaced()).contains(Samples.KEPT);
        assertThat(database.getState().stage()).isEqualTo(DatabaseStage.ONLINE);
    }

    @Test
    void aRestoreThatFailsLeavesTheDatabaseAsItWas() {
        database.initialize(Given.online(Samples.COPY));
        applied();

        tell(Given.restoring(RestoreState.FAILED, 1_000, Given.DENIED));
        restore(RestoreGoal.DISCARD);
        tell(Given.discarded(false));

        assertThat(ended().row().lifecycle()).isEqualTo(Lifecycle.ERROR);
        assertThat(database.getState().stage()).isEqualTo(DatabaseStage.ONLINE);
        assertThat(described().replaced()).isEmpty();
    }

    @Test
    void anOpenedServerThatReplacedNothingIsNotTakenForAReplacement() {
        database.initialize(Given.online(Samples.COPY));
        applied();

        tell(Given.restoring(RestoreState.OPENED, 1_000));
        restore(RestoreGoal.DISCARD);
        tell(Given.discarded(false));

        assertThat(ended().problem().orElseThrow().error()).isEqualTo(BackupError.PROTOCOL_BROKEN);
        assertThat(database.getState().kept()).isEmpty();
    }

    @Test
    void theKeptOneIsSwappedBack() {
        database.initialize(Given.replaced(Samples.COPY));

        TestProbe<SwapReply> swapper = swapBack();
        HostCommand.SwapBack order = (HostCommand.SwapBack) peers.host.receiveMessage();
        assertThat(order.fork()).isEqualTo(Samples.KEPT.fork());
        submit(Samples.backup(Samples.COPY, 1), Optional.empty());
        assertThat(caller.expectMessageClass(SubmitReply.Refused.class)
                        .problem()
                        .error())
                .isEqualTo(BackupError.SWAP_UNDER_WAY);
        order.replyTo().tell(new HostReply.Swapped(Optional.of(OTHER), Optional.empty()));

        assertThat(swapper.expectMessageClass(SwapReply.Swapped.class))
                .isEqualTo(new SwapReply.Swapped(Samples.COPY, OTHER));
        assertThat(described().replaced()).contains(OTHER);
        peers.host.expectNoMessage();
    }

    @Test
    void aSwapThatTheHostCannotDoChangesNothing() {
        database.initialize(Given.replaced(Samples.COPY));

        TestProbe<SwapReply> swapper = swapBack();
        ((HostCommand.SwapBack) peers.host.receiveMessage())
                .replyTo()
                .tell(new HostReply.Swapped(
                        Optional.of(Samples.KEPT),
                        Optional.of(BackupError.SERVER_NOT_STARTED.problem("Copy", "no pg_control", "server.log"))));

        assertThat(swapper.expectMessageClass(SwapReply.Refused.class).problem().error())
                .isEqualTo(BackupError.SERVER_NOT_STARTED);
        assertThat(database.getState().kept()).contains(new KeptState(Samples.KEPT));
        swapBack();
        peers.host.expectMessageClass(HostCommand.SwapBack.class);
    }

    @Test
    void aHostThatDoesNotSayHowTheyStandIsAskedAgainByWhoeverComesNext() {
        database.initialize(Given.replaced(Samples.COPY));
        TestProbe<SwapReply> swapper = swapBack();
        ((HostCommand.SwapBack) peers.host.receiveMessage())
                .replyTo()
                .tell(new HostReply.Failed(BackupError.HOST_IO.problem("h1", "served.json", "disk full")));
        assertThat(swapper.expectMessageClass(SwapReply.Refused.class).problem().error())
                .isEqualTo(BackupError.HOST_IO);

        HostCommand.SwapBack again = (HostCommand.SwapBack) peers.host.receiveMessage();
        assertThat(again.fork()).isEqualTo(Samples.KEPT.fork());
        database.restart();
        HostCommand.SwapBack afterwards = (HostCommand.SwapBack) peers.host.receiveMessage();
        afterwards.replyTo().tell(new HostReply.Swapped(Optional.of(OTHER), Optional.empty()));

        org.awaitility.Awaitility.await().until(() -> !database.getState().swapping());
        assertThat(database.getState().kept()).contains(new KeptState(OTHER));
        // The answer to what the lost incarnation had asked comes late.
        again.replyTo().tell(new HostReply.Swapped(Optional.of(Samples.KEPT), Optional.empty()));
        peers.host.expectNoMessage();
        assertThat(database.getState().kept()).contains(new KeptState(OTHER));
    }

    @Test
    void nothingIsAskedOfTheHostWhereNothingIsKept() {
        database.initialize(Given.online(Samples.COPY));

        assertThat(swapBack()
                        .expectMessageClass(SwapReply.Refused.class)
                        .problem()
                        .error())
                .isEqualTo(BackupError.NOTHING_KEPT);
        peers.host.expectNoMessage();
    }

    @Test
    void theKeptOneIsDropped() {
        database.initialize(Given.replaced(Samples.COPY));
        TestProbe<DropReply> dropper = probe();

        database.runCommand(new Drop(Samples.COPY, Samples.view(), Samples.ME, dropper.getRef()));
        HostCommand.DropKept order = (HostCommand.DropKept) peers.host.receiveMessage();
        assertThat(swapBack()
                        .expectMessageClass(SwapReply.Refused.class)
                        .problem()
                        .error())
                .isEqualTo(BackupError.BEING_DROPPED);
        order.replyTo().tell(new HostReply.Dropped());

        dropper.expectMessageClass(DropReply.Dropped.class);
        assertThat(database.getState().kept()).isEmpty();
        assertThat(database.getState().stage()).isEqualTo(DatabaseStage.ONLINE);
    }

    private TestProbe<SwapReply> swapBack() {
        TestProbe<SwapReply> swapper = probe();
        database.runCommand(new SwapBack(Samples.COPY, Samples.view(), Samples.ME, swapper.getRef()));
        return swapper;
    }

    private DatabaseDescription described() {
        return database.<DatabaseDescription>runCommand(DescribeDatabase::new).reply();
    }
}
