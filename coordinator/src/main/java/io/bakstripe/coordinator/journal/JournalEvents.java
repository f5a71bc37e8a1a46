package io.bakstripe.coordinator.journal;

import akka.actor.ExtendedActorSystem;
import io.bakstripe.protocol.serialization.NamedEvents;
import java.util.Map;

/** The table of the coordinators' event names. A name, once released, stays; a changed shape gets the next version beside it. */
public final class JournalEvents extends NamedEvents {
    static final Map<String, Class<?>> NAMES = Map.ofEntries(
            Map.entry("instance-declared/1", InstanceEvent.InstanceDeclared.class),
            Map.entry("task-registered/1", InstanceEvent.TaskRegistered.class),
            Map.entry("registration-voided/1", InstanceEvent.RegistrationVoided.class),
            Map.entry("slot-granted/1", InstanceEvent.SlotGranted.class),
            Map.entry("slot-released/1", InstanceEvent.SlotReleased.class),
            Map.entry("tidying-awaited/1", InstanceEvent.TidyingAwaited.class),
            Map.entry("tidying-ended/1", InstanceEvent.TidyingEnded.class),
            Map.entry("configuration-set/1", InstanceEvent.ConfigurationSet.class),
            Map.entry("task-created/1", DatabaseEvent.TaskCreated.class),
            Map.entry("backup-started/1", DatabaseEvent.BackupStarted.class),
            Map.entry("backup-opened/1", DatabaseEvent.BackupOpened.class),
            Map.entry("progress-reported/1", DatabaseEvent.ProgressReported.class),
            Map.entry("damage-found/1", DatabaseEvent.DamageFound.class),
            Map.entry("data-drained/1", DatabaseEvent.DataDrained.class),
            Map.entry("backup-stopped/1", DatabaseEvent.BackupStopped.class),
            Map.entry("set-sealed/1", DatabaseEvent.SetSealed.class),
            Map.entry("publishing-failed/1", DatabaseEvent.PublishingFailed.class),
            Map.entry("attempt-failed/1", DatabaseEvent.AttemptFailed.class),
            Map.entry("cancel-requested/1", DatabaseEvent.CancelRequested.class),
            Map.entry("uploads-left/1", DatabaseEvent.UploadsLeft.class),
            Map.entry("uploads-forgotten/1", DatabaseEvent.UploadsForgotten.class),
            Map.entry("tidying-noted/1", DatabaseEvent.TidyingNoted.class),
            Map.entry("restore-started/1", DatabaseEvent.RestoreStarted.class),
            Map.entry("restore-applied/1", DatabaseEvent.RestoreApplied.class),
            Map.entry("finish-started/1", DatabaseEvent.FinishStarted.class),
            Map.entry("step-applied/1", DatabaseEvent.StepApplied.class),
            Map.entry("step-kept/1", DatabaseEvent.StepKept.class),
            Map.entry("opening-begun/1", DatabaseEvent.OpeningBegun.class),
            Map.entry("step-interrupted/1", DatabaseEvent.StepInterrupted.class),
            Map.entry("database-dropped/1", DatabaseEvent.DatabaseDropped.class),
            Map.entry("database-opened/1", DatabaseEvent.DatabaseOpened.class),
            Map.entry("database-replaced/1", DatabaseEvent.DatabaseReplaced.class),
            Map.entry("swap-back-begun/1", DatabaseEvent.SwapBackBegun.class),
            Map.entry("swap-back-ended/1", DatabaseEvent.SwapBackEnded.class),
            Map.entry("kept-dropped/1", DatabaseEvent.KeptDropped.class),
            Map.entry("task-ended/1", DatabaseEvent.TaskEnded.class),
            Map.entry("slot-returned/1", DatabaseEvent.SlotReturned.class),
            Map.entry("snapshot-wanted/1", DatabaseEvent.SnapshotWanted.class),
            Map.entry("snapshot-created/1", DatabaseEvent.SnapshotCreated.class),
            Map.entry("snapshot-ended/1", DatabaseEvent.SnapshotEnded.class),
            Map.entry("snapshot-going/1", DatabaseEvent.SnapshotGoing.class),
            Map.entry("snapshot-removal-failed/1", DatabaseEvent.SnapshotRemovalFailed.class),
            Map.entry("snapshot-gone/1", DatabaseEvent.SnapshotGone.class));

    private static final int IDENTIFIER = 8_411_001;

    /** Called by Akka. */
    public JournalEvents(ExtendedActorSystem system) {
        super(system, IDENTIFIER, NAMES);
    }
}
