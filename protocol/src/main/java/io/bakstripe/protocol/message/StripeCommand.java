package io.bakstripe.protocol.message;

import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import com.fasterxml.jackson.annotation.JsonCreator;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.StripeRef;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.serialization.CborSerializable;
import io.bakstripe.protocol.stripe.EncryptionSpec;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.protocol.stripe.Storage;
import java.util.Optional;

/** Commands to the worker of one stripe. The entity id is {@code StripeRef.entityId()}. */
public sealed interface StripeCommand extends StripeMessage, CborSerializable {
    EntityTypeKey<StripeCommand> KEY = EntityTypeKey.create(StripeCommand.class, "stripe-worker");

    /**
     * The coordinator's tick: be there and move towards {@code goal}. Answered with a {@link DatabaseCommand.StripeReport}.
     *
     * @param stop the set's closing facts, present from {@link StripeGoal#CLOSE} on
     */
    record Ensure(long epoch, StripeSpec spec, StripeGoal goal, Optional<StopFacts> stop) implements StripeCommand {}

    /**
     * Abort the upload, whatever became of the attempt: sent again and again for attempts that are over until {@link
     * DatabaseCommand.StripeState#ABORTED} (or {@code PUBLISHED}) is reported. A worker that was told this once does nothing else any more.
     */
    record Forget(long epoch, StripeRef stripe, DatabaseRef database, Storage storage) implements StripeCommand {
        public Forget {
            // Nodes of the first release do not send it.
            storage = storage == null ? Storage.NATIVE : storage;
        }

        /** Of a native backup. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public Forget(long epoch, StripeRef stripe, DatabaseRef database) {
            this(epoch, stripe, database, Storage.NATIVE);
        }
    }

    /**
     * @param files stripes in the set
     * @param dataBytes plain bytes of this stripe's data plan
     * @param type of the set
     * @param baseSet of a differential: the full backup that it builds on
     * @param baseLsn of a differential: that full backup's first LSN
     * @param storage that the file goes to
     * @param encryption of the file; empty: none
     */
    record StripeSpec(
            StripeRef stripe,
            DatabaseRef database,
            DatabaseName display,
            InstanceView view,
            BackupSetId setId,
            S3Arn file,
            int files,
            boolean overwrite,
            boolean compression,
            StartFacts start,
            long dataBytes,
            BackupType type,
            Optional<BackupSetId> baseSet,
            Optional<Lsn> baseLsn,
            Storage storage,
            Optional<EncryptionSpec> encryption) {
        public StripeSpec {
            // Nodes of the first release do not send these.
            storage = storage == null ? Storage.NATIVE : storage;
            encryption = encryption == null ? Optional.empty() : encryption;
        }

        /** Of a file that is not encrypted. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public StripeSpec(
                StripeRef stripe,
                DatabaseRef database,
                DatabaseName display,
                InstanceView view,
                BackupSetId setId,
                S3Arn file,
                int files,
                boolean overwrite,
                boolean compression,
                StartFacts start,
                long dataBytes,
                BackupType type,
                Optional<BackupSetId> baseSet,
                Optional<Lsn> baseLsn,
                Storage storage) {
            this(
                    stripe,
                    database,
                    display,
                    view,
                    setId,
                    file,
                    files,
                    overwrite,
                    compression,
                    start,
                    dataBytes,
                    type,
                    baseSet,
                    baseLsn,
                    storage,
                    Optional.empty());
        }

        /** Of a full backup. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public StripeSpec(
                StripeRef stripe,
                DatabaseRef database,
                DatabaseName display,
                InstanceView view,
                BackupSetId setId,
                S3Arn file,
                int files,
                boolean overwrite,
                boolean compression,
                StartFacts start,
                long dataBytes) {
            this(
                    stripe,
                    database,
                    display,
                    view,
                    setId,
                    file,
                    files,
                    overwrite,
                    compression,
                    start,
                    dataBytes,
                    BackupType.FULL,
                    Optional.empty(),
                    Optional.empty(),
                    Storage.NATIVE);
        }
    }

    enum StripeGoal {
        /** Store the data plan. */
        STREAM,
        /** Store the closing plan and the trailer, and prepare. */
        CLOSE,
        /** Complete the upload; after the commit point, so nothing but the journal is needed. */
        PUBLISH,
        /** Abort the upload until the store does not know it. */
        ABORT
    }
}
