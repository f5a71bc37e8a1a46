package io.bakstripe.worker.journal;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.Damage;
import io.bakstripe.protocol.stripe.EncryptionMode;
import io.bakstripe.protocol.stripe.PlanKind;
import io.bakstripe.worker.format.FrameRun;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What happened to one stripe of one attempt. With these alone a stripe can be published or aborted by a worker that knows nothing else. */
public sealed interface StripeEvent {

    /** An upload is about to be begun; from here to {@link UploadCreated} a crash leaves an upload whose id nobody knows. */
    record UploadIntended(BackupSetId setId, S3Arn file, int family, int families, boolean overwrite, Instant at)
            implements StripeEvent {}

    /**
     * The store began the upload.
     *
     * @param seal how its parts are sealed; the metadata of an unfinished upload cannot be read back
     */
    record UploadCreated(
            String uploadId,
            Instant at,
            @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Seal> seal) implements StripeEvent {
        public UploadCreated {
            seal = seal == null ? Optional.empty() : seal;
        }

        /** Of a stripe that is not encrypted. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public UploadCreated(String uploadId, Instant at) {
            this(uploadId, at, Optional.empty());
        }
    }

    /**
     * The store holds one more part of the contiguous prefix.
     *
     * @param number from 1, without gaps
     * @param from where in the plan its first byte comes from
     * @param to where the next part goes on
     * @param plainBytes of the database in it
     * @param storedBytes its length in the file
     * @param crc32c of its stored bytes
     * @param etag as the store gave it
     * @param damage pages in it whose checksums are wrong; absent when there are none
     * @param manifest where in the part the frames with pages of the manifest lie, counted from its beginning
     * @param sealed what the store has of it where parts are sealed; all other facts are those of the part as it was before
     */
    record PartStored(
            int number,
            Position from,
            Position to,
            long plainBytes,
            long storedBytes,
            int crc32c,
            String etag,
            Optional<Damage> damage,
            // Left out where there is nothing, as in the rows of the first release.
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FrameRun> manifest,
            @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Sealed> sealed)
            implements StripeEvent {
        public PartStored {
            manifest = manifest == null ? List.of() : List.copyOf(manifest);
            sealed = sealed == null ? Optional.empty() : sealed;
        }

        /** Not sealed. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public PartStored(
                int number,
                Position from,
                Position to,
                long plainBytes,
                long storedBytes,
                int crc32c,
                String etag,
                Optional<Damage> damage,
                List<FrameRun> manifest) {
            this(number, from, to, plainBytes, storedBytes, crc32c, etag, damage, manifest, Optional.empty());
        }

        /** Without damage and pages of the manifest, and not sealed. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public PartStored(
                int number, Position from, Position to, long plainBytes, long storedBytes, int crc32c, String etag) {
            this(
                    number,
                    from,
                    to,
                    plainBytes,
                    storedBytes,
                    crc32c,
                    etag,
                    Optional.empty(),
                    List.of(),
                    Optional.empty());
        }
    }

    /**
     * The work on parts went on after an interruption. Recorded before anything is sent, so that a worker that another one has succeeded without its
     * knowledge fails here.
     */
    record Resumed(Instant at) implements StripeEvent {}

    /**
     * A recorded part was stored again under its number, because the store did not hold what was recorded; it holds the same run of its plan.
     *
     * @param plainBytes as in {@link PartStored}, like all that follow
     */
    record PartReplaced(
            int number,
            long plainBytes,
            long storedBytes,
            int crc32c,
            String etag,
            Optional<Damage> damage,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FrameRun> manifest,
            @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Sealed> sealed)
            implements StripeEvent {
        public PartReplaced {
            manifest = manifest == null ? List.of() : List.copyOf(manifest);
            sealed = sealed == null ? Optional.empty() : sealed;
        }

        /** Not sealed. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public PartReplaced(
                int number,
                long plainBytes,
                long storedBytes,
                int crc32c,
                String etag,
                Optional<Damage> damage,
                List<FrameRun> manifest) {
            this(number, plainBytes, storedBytes, crc32c, etag, damage, manifest, Optional.empty());
        }

        /** Without damage and pages of the manifest, and not sealed. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public PartReplaced(int number, long plainBytes, long storedBytes, int crc32c, String etag) {
            this(number, plainBytes, storedBytes, crc32c, etag, Optional.empty(), List.of(), Optional.empty());
        }

        /** Of a part that was stored once more. */
        public static PartReplaced by(PartStored part) {
            return new PartReplaced(
                    part.number(),
                    part.plainBytes(),
                    part.storedBytes(),
                    part.crc32c(),
                    part.etag(),
                    part.damage(),
                    part.manifest(),
                    part.sealed());
        }
    }

    /**
     * The store holds the last part, which is the trailer alone. A further one replaces it.
     *
     * @param number the next one after all others
     */
    record TrailerStored(
            int number,
            long storedBytes,
            int crc32c,
            String etag,
            @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Sealed> sealed)
            implements StripeEvent {
        public TrailerStored {
            sealed = sealed == null ? Optional.empty() : sealed;
        }

        /** Not sealed. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public TrailerStored(int number, long storedBytes, int crc32c, String etag) {
            this(number, storedBytes, crc32c, etag, Optional.empty());
        }

        /** Of the last part that was stored. */
        public static TrailerStored of(PartStored part) {
            return new TrailerStored(part.number(), part.storedBytes(), part.crc32c(), part.etag(), part.sealed());
        }
    }

    /**
     * The recorded parts from {@code number} on are forgotten and stored anew, because what the store holds of them is not what was recorded and none of them can be
     * sealed without the one before.
     */
    record Rewound(int number, Instant at) implements StripeEvent {}

    /** The whole data plan is stored and equals the store's list of parts. */
    record DataDrained(Instant at) implements StripeEvent {}

    /** All parts, trailer included, are stored and equal the store's list; only the completion is missing. */
    record Prepared(Instant at) implements StripeEvent {}

    /** The object is there. */
    record Published(Instant at) implements StripeEvent {}

    /** The store knows nothing of the upload any more, or there never was one. */
    record Aborted(Instant at) implements StripeEvent {}

    /** The worker has ended and refuses everything from now on; its rows may be trimmed. */
    record Closed(Instant at) implements StripeEvent {}

    /**
     * How the parts of a stripe are sealed. No secret is in it.
     *
     * @param wrapped the data key, as key services wrapped it; each opens the file
     * @param iv of the file, base64; empty, and left out, in modes that need none
     * @param dataKeyId of the file in the authenticated mode, which names it in its preamble; left out in others
     */
    record Seal(
            EncryptionMode mode,
            List<Wrapped> wrapped,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) String iv,
            @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<UUID> dataKeyId) {
        public Seal {
            wrapped = List.copyOf(wrapped);
            iv = iv == null ? "" : iv;
            dataKeyId = dataKeyId == null ? Optional.empty() : dataKeyId;
        }

        /** Of the encryption-only mode. */
        @JsonCreator(mode = JsonCreator.Mode.DISABLED)
        public Seal(EncryptionMode mode, List<Wrapped> wrapped, String iv) {
            this(mode, wrapped, iv, Optional.empty());
        }
    }

    /**
     * A data key that a key service wrapped.
     *
     * @param context it was wrapped in, and opens with
     * @param ciphertext base64
     */
    record Wrapped(String keyArn, Map<String, String> context, String ciphertext) {
        public Wrapped {
            context = Map.copyOf(context);
        }
    }

    /**
     * What the store has of a part that is sealed.
     *
     * @param bytes its length there
     * @param crc32c of these bytes
     * @param carry what sealing the next part needs of it, base64; empty in modes that need nothing
     */
    record Sealed(long bytes, int crc32c, String carry) {}

    /**
     * A place in one of a stripe's plans.
     *
     * @param extent how many extents of the plan lie wholly before it
     * @param offset bytes of that extent that lie before it, counted from the extent's own beginning
     */
    record Position(PlanKind plan, long extent, long offset) {
        /** Where a plan begins. */
        public static Position start(PlanKind plan) {
            return new Position(plan, 0, 0);
        }
    }
}
