package io.bakstripe.protocol.message;

import akka.actor.typed.ActorRef;
import akka.actor.typed.receptionist.ServiceKey;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.readiness.Readiness;
import io.bakstripe.protocol.serialization.CborSerializable;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.stripe.SetFacts;
import java.util.List;
import java.util.Optional;

/** What must be asked of store, key service and engine before a task may exist; answered by any worker node within ten seconds. */
public sealed interface PreflightCommand extends PreflightMessage, CborSerializable {
    ServiceKey<PreflightCommand> SERVICE = ServiceKey.create(PreflightCommand.class, "preflight");

    /**
     * Bucket there, in the instance's region and writable; files absent unless overwriting; database reachable and able to be backed up; what the backup
     * goes on from still there: the base's files, the log.
     *
     * @param basis absent while a full backup that is to be made first decides it
     */
    record CheckBackup(
            InstanceView view,
            DatabaseRef database,
            BackupRequest request,
            Optional<BackupBasis> basis,
            ActorRef<PreflightReply> replyTo)
            implements PreflightCommand {
        /** Of a full backup of a database whose log is not backed up. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public CheckBackup(
                InstanceView view, DatabaseRef database, BackupRequest request, ActorRef<PreflightReply> replyTo) {
            this(view, database, request, Optional.of(BackupBasis.full(false)), replyTo);
        }
    }

    /** Bucket there and readable; the files found are exactly one complete set that this instance can restore. */
    record CheckRestore(InstanceView view, RestoreRequest request, ActorRef<PreflightReply> replyTo)
            implements PreflightCommand {}

    /** Directly before the commit point: none of the keys has been taken in the meantime (unless overwriting). */
    record CheckTargets(
            InstanceView view,
            BackupSetId setId,
            List<S3Arn> files,
            boolean overwrite,
            ActorRef<PreflightReply> replyTo)
            implements PreflightCommand {
        public CheckTargets {
            files = List.copyOf(files);
        }
    }

    /** Whether the database could be backed up now, and what would be good to know or to change. */
    record Examine(InstanceView view, DatabaseRef database, DatabaseName display, ActorRef<Examined> replyTo)
            implements PreflightCommand {}

    /** Says everything that was found; there is no refusal. */
    record Examined(Readiness readiness) implements CborSerializable {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "reply")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = PreflightReply.Passed.class, name = "passed"),
        @JsonSubTypes.Type(value = PreflightReply.Refused.class, name = "refused")
    })
    sealed interface PreflightReply extends CborSerializable {
        /**
         * @param bytes of the database (backup: estimate; restore: as the set says)
         * @param warnings lines for the {@code task_info} of a task that begins now
         * @param set that is to be restored; absent for backups
         */
        record Passed(long bytes, List<String> warnings, Optional<SetFacts> set) implements PreflightReply {
            public Passed {
                // Nodes of the first release do not send these.
                warnings = warnings == null ? List.of() : List.copyOf(warnings);
                set = set == null ? Optional.empty() : set;
            }

            /** Nothing to warn of. */
            @JsonCreator(mode = JsonCreator.Mode.DISABLED)
            public Passed(long bytes) {
                this(bytes, List.of(), Optional.empty());
            }
        }

        record Refused(Problem problem) implements PreflightReply {}
    }
}
