package io.bakstripe.coordinator.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.BackupOption;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.Windows;
import io.bakstripe.protocol.message.DatabaseCommand.Registered;
import io.bakstripe.protocol.message.InstanceCommand.Register;
import io.bakstripe.protocol.message.InstanceCommand.RequestSlot;
import io.bakstripe.protocol.message.PreflightCommand.PreflightReply;
import io.bakstripe.protocol.message.SubmitReply;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.Recovery;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.stripe.SetFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.protocol.task.Lifecycle;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Sets, also of other engines, that pre-flight finds and the rules do not let through: refused at the call (rows L6, L9, L11, L16). */
class RefusedSetsTest extends AmongProbes {
    private Edition edition = Edition.ENTERPRISE;
    private boolean multiAz;

    @Override
    InstanceView view() {
        return new InstanceView(
                Samples.definition(
                        1,
                        edition,
                        Optional.of(Samples.HOST),
                        multiAz,
                        Windows.none(),
                        Optional.of(BackupOption.DEFAULT)),
                true);
    }

    private static SetFacts set(SetFacts like, String model, long bytes, String... flags) {
        return new SetFacts(
                like.setId(),
                like.type(),
                like.database(),
                like.start(),
                new StopFacts(Lsn.parse("0/3000000"), Samples.NOON.plusSeconds(5), 900, bytes),
                like.baseSet(),
                like.baseLsn(),
                model,
                List.of(flags),
                like.files());
    }

    private void finds(SetFacts set) {
        preflight(new PreflightReply.Passed(2_000, List.of(), Optional.of(set)));
    }

    private Problem refused(TaskRequest request, SetFacts found) {
        submit(request, Optional.empty());
        finds(found);
        Problem problem = caller.expectMessageClass(SubmitReply.Refused.class).problem();
        assertThat(problem.error().category().status()).isEqualTo(409);
        return problem;
    }

    private void nothingIsLeft() {
        peers.instance.expectNoMessage(Duration.ofMillis(100));
        assertThat(database.getState()).isEqualTo(DatabaseRecord.empty());
    }

    private void becomesATask(TaskRequest request, SetFacts found) {
        submit(request, Optional.empty());
        finds(found);
        tell(new Registered(instanceGets(Register.class).submission(), Given.ONE));
        caller.expectMessageClass(SubmitReply.Accepted.class);
    }

    @Test
    void aDatabaseWithAFilestreamFileGroup() {
        Problem problem = refused(Samples.restore(Samples.COPY), set(Samples.full(), "full", 1, SetFacts.FILESTREAM));

        assertThat(problem.error()).isEqualTo(BackupError.FILESTREAM_UNSUPPORTED);
        nothingIsLeft();
    }

    @Test
    void aLogOverADatabaseThatHasAFileWithoutAnIdentity() {
        becomesATask(
                Samples.step(BackupType.FULL, Recovery.NORECOVERY),
                set(Samples.full(), "full", 1, SetFacts.NULL_FILE_GUID));

        Problem log = refused(Samples.step(BackupType.LOG, Recovery.NORECOVERY), Samples.log());
        Problem differential =
                refused(Samples.step(BackupType.DIFFERENTIAL, Recovery.NORECOVERY), Samples.differential());

        assertThat(log.error()).isEqualTo(BackupError.NULL_FILE_GUID);
        assertThat(differential.error()).isEqualTo(BackupError.NULL_FILE_GUID);
        assertThat(database.getState().tasks()).hasSize(1);
    }

    @Test
    void aDatabaseThatIsTooLargeForTheEdition() {
        edition = Edition.EXPRESS;

        Problem problem = refused(Samples.restore(Samples.COPY), set(Samples.full(), "full", (10L << 30) + 1));

        assertThat(problem.error()).isEqualTo(BackupError.EDITION_LIMIT);
        nothingIsLeft();
        becomesATask(Samples.restore(Samples.COPY), set(Samples.full(), "full", 10L << 30));
    }

    @Test
    void aDatabaseThatHasGrownTooLargeWhileItsRestoreWaited() {
        edition = Edition.EXPRESS;
        becomesATask(Samples.restore(Samples.COPY), Samples.full());
        instanceGets(RequestSlot.class);
        database.runCommand(new io.bakstripe.protocol.message.DatabaseCommand.SlotGranted(Given.ONE));

        finds(set(Samples.full(), "full", (10L << 30) + 1));

        assertThat(ended().row().lifecycle()).isEqualTo(Lifecycle.ERROR);
        assertThat(ended().row().taskInfo()).contains("Express Edition restores up to 10737418240 bytes [BAK-2160]");
    }

    @Test
    void aDatabaseInTheSimpleRecoveryModelOnAMultiAzInstance() {
        multiAz = true;

        Problem problem = refused(Samples.restore(Samples.COPY), set(Samples.full(), "simple", 1));

        assertThat(problem.error()).isEqualTo(BackupError.MULTI_AZ_MODEL);
        nothingIsLeft();
        becomesATask(Samples.restore(Samples.COPY), set(Samples.full(), "full", 1));
    }
}
