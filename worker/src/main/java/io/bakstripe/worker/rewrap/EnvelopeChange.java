package io.bakstripe.worker.rewrap;

import static io.bakstripe.worker.rewrap.Openings.await;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.EncryptionMode;
import io.bakstripe.worker.format.StripeTrailer.PartEntry;
import io.bakstripe.worker.key.EncryptionContext;
import io.bakstripe.worker.key.WrappedKey;
import io.bakstripe.worker.key.envelope.Envelope;
import io.bakstripe.worker.restore.FoundSet.FoundStripe;
import io.bakstripe.worker.store.ObjectRewriter;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Mode 1: the wrapped key is in the object's metadata, which a store changes by copying the object onto itself.
 *
 * @param object as it is stored now
 * @param was what it says when it is opened with its key
 * @param before its envelope
 * @param after proven to hold the same data key
 */
record EnvelopeChange(
        Openings openings,
        ObjectRewriter rewriter,
        StoredObject object,
        FoundStripe was,
        KeyArn to,
        Envelope before,
        Envelope after)
        implements FileChange {
    /** Names the key in the context, as the Amazon S3 encryption client does. */
    private static final String KEY_ENTRY = "kms_cmk_id";

    /** Refuses what cannot be done, with {@code KEY_ALONE} and as the file opens. */
    static FileChange prepare(Openings openings, ObjectRewriter rewriter, StoredObject object, KeyChange change) {
        S3Arn file = object.file();
        if (!(change instanceof KeyChange.Replace replace)) {
            throw BackupError.KEY_ALONE.problem(file).asException();
        }
        Envelope envelope = Envelope.read(file, object.metadata());
        KeyArn to = replace.by();
        if (to.toString().equals(envelope.context().entries().get(KEY_ENTRY))) {
            openings.with(file, to);
            return () -> new Rewrapped(file, EncryptionMode.ENCRYPTION_ONLY, false, List.of(to));
        }
        FoundStripe was = openings.with(file, replace.key());
        // Whoever wrote the file may have bound its key to more than its own name.
        Map<String, String> entries = new HashMap<>(envelope.context().entries());
        entries.put(KEY_ENTRY, to.toString());
        WrappedKey wrapped = openings.anew(envelope.wrappedWith(replace.key()), to, new EncryptionContext(entries));
        return new EnvelopeChange(openings, rewriter, object, was, to, envelope, Envelope.of(wrapped, envelope.iv()));
    }

    @Override
    public Rewrapped apply() {
        Map<String, String> metadata = new HashMap<>(object.metadata());
        metadata.putAll(after.toMetadata());
        if (!await(rewriter.rewrite(object, metadata, parts()))) {
            throw Openings.changed(object.file());
        }
        openings.prove(was, List.of(to), before.toMetadata().toString());
        return new Rewrapped(object.file(), EncryptionMode.ENCRYPTION_ONLY, true, List.of(to));
    }

    /** As it was uploaded, so that each part has a size that stores take. The last one is what the trailer does not tell of: the trailer. */
    private List<Long> parts() {
        List<Long> parts = new ArrayList<>();
        long end = 0;
        for (PartEntry part : was.trailer().parts()) {
            parts.add(part.offset() + part.storedBytes() - end);
            end = part.offset() + part.storedBytes();
        }
        parts.add(object.size() - end);
        return parts;
    }
}
