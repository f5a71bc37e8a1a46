package io.bakstripe.worker.stripe;

import io.bakstripe.worker.format.Footer;
import io.bakstripe.worker.format.Mode;
import io.bakstripe.worker.format.Preamble;
import io.bakstripe.worker.journal.StripeEvent.Seal;
import io.bakstripe.worker.journal.StripeEvent.Sealed;
import io.bakstripe.worker.journal.StripeEvent.UploadIntended;
import io.bakstripe.worker.key.DataKey;
import io.bakstripe.worker.seal.AuthenticatedParts;
import io.bakstripe.worker.seal.CbcSealer;
import io.bakstripe.worker.seal.FileIdentity;
import io.bakstripe.worker.seal.GcmSealer;
import io.bakstripe.worker.seal.PartSealer;
import java.util.Optional;

/** What the mode of a file decides: sealers that go on where the record ends, preamble, footer. */
final class Sealers {
    private Sealers() {}

    /** @param before the part behind which the sealer goes on; empty at the beginning of the file */
    static PartSealer behind(DataKey key, Seal seal, UploadIntended intended, Optional<Sealed> before) {
        return switch (seal.mode()) {
            case ENCRYPTION_ONLY ->
                CbcSealer.goingOn(key, before.map(Sealed::carry).orElse(seal.iv()));
            case AUTHENTICATED ->
                new GcmSealer(new AuthenticatedParts(
                        key,
                        new FileIdentity(
                                seal.dataKeyId().orElseThrow(),
                                intended.setId(),
                                intended.family(),
                                intended.families())));
        };
    }

    static Preamble preamble(StripeState state) {
        UploadIntended file = state.intended().orElseThrow();
        return new Preamble(
                mode(state),
                file.setId(),
                file.family(),
                file.families(),
                state.seal().flatMap(Seal::dataKeyId).map(Preamble.Cipher::of));
    }

    /** @param trailerBytes of the trailer's frame, which follows all planned parts */
    static Footer footer(StripeState state, int trailerBytes) {
        UploadIntended file = state.intended().orElseThrow();
        PartLedger parts = state.planned();
        Mode mode = mode(state);
        return mode == Mode.AUTHENTICATED
                ? new Footer(
                        mode,
                        file.setId(),
                        file.family(),
                        file.families(),
                        parts.sentBytes(),
                        Math.toIntExact(AuthenticatedParts.sealedBytes(trailerBytes)),
                        parts.count() + 1)
                : new Footer(mode, file.setId(), file.family(), file.families(), parts.storedBytes(), trailerBytes);
    }

    private static Mode mode(StripeState state) {
        return Mode.of(state.seal().map(Seal::mode));
    }
}
