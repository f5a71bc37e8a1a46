package io.bakstripe.protocol.message;

import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import com.fasterxml.jackson.annotation.JsonCreator;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.serialization.CborSerializable;
import io.bakstripe.protocol.stripe.Storage;
import java.time.Instant;
import java.util.Optional;

/** Commands to a restore worker, which is pinned to the host of the target. The entity id is {@code AttemptRef.entityId()}. */
public sealed interface RestoreCommand extends RestoreMessage, CborSerializable {

    /** The entity type of restore workers on that host. */
    static EntityTypeKey<RestoreCommand> key(HostName host) {
        return EntityTypeKey.create(RestoreCommand.class, "restore-worker-" + host);
    }

    /** The coordinator's tick: be there and move towards {@code goal}. Answered with a {@link DatabaseCommand.RestoreReport}. */
    record Ensure(long epoch, RestoreSpec spec, RestoreGoal goal) implements RestoreCommand {}

    /**
     * @param step what the attempt is to do
     * @param set the set that was judged and let through; another one is not applied. Absent where the step applies none
     * @param storage where the files are
     * @param key that they were encrypted with; empty: they are not encrypted
     */
    record RestoreSpec(
            AttemptRef attempt,
            DatabaseRef database,
            DatabaseName display,
            InstanceView view,
            HostName host,
            RestoreStep step,
            Optional<BackupSetId> set,
            Storage storage,
            Optional<KeyArn> key) {
        public RestoreSpec {
            // Nodes of the first releases do not send these.
            storage = storage == null ? Storage.NATIVE : storage;
            key = key == null ? Optional.empty() : key;
        }

        /** Of files in a bucket that a caller named, which are not encrypted. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public RestoreSpec(
                AttemptRef attempt,
                DatabaseRef database,
                DatabaseName display,
                InstanceView view,
                HostName host,
                RestoreStep step,
                Optional<BackupSetId> set) {
            this(attempt, database, display, view, host, step, set, Storage.NATIVE, Optional.empty());
        }

        /** A full restore into a new directory. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public RestoreSpec(
                AttemptRef attempt,
                DatabaseRef database,
                DatabaseName display,
                InstanceView view,
                HostName host,
                S3Arn from) {
            this(
                    attempt,
                    database,
                    display,
                    view,
                    host,
                    new RestoreStep(RestoreStep.Kind.FULL, Optional.of(from), Optional.empty(), Optional.empty()),
                    Optional.empty());
        }
    }

    /**
     * One step of a restore sequence.
     *
     * @param from the files; absent for {@link Kind#FINISH}
     * @param stopAt of logs: what was committed from then on is not to be applied
     * @param position of the database before the step: the first LSN that it has not got; absent for {@link Kind#FULL} and {@link Kind#REPLACEMENT}
     */
    record RestoreStep(Kind kind, Optional<S3Arn> from, Optional<Instant> stopAt, Optional<Lsn> position) {
        /** What a step brings. */
        public enum Kind {
            /** A whole set in a new directory. */
            FULL,
            /** A whole set in a new directory beside a database that is open, in whose place it is put when it is opened. */
            REPLACEMENT,
            /** What has changed, over the files that are there. */
            DIFFERENTIAL,
            /** Log, beside the files that are there. */
            LOG,
            /** Nothing: it only opens. */
            FINISH
        }
    }

    enum RestoreGoal {
        /** Find the set, check it and write its files. */
        APPLY,
        /** Make what was written part of a database that stays RESTORING. */
        KEEP,
        /** As {@link #KEEP}; then start the server so that the database can be read until the next step. */
        STAND_BY,
        /** Start the server, roll forward, open. */
        OPEN,
        /** Remove everything that this attempt wrote; not after the server was opened or the step was kept. */
        DISCARD
    }
}
