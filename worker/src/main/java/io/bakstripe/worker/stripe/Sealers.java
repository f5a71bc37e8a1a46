package io.bakstripe.worker.stripe;

import io.bakstripe.worker.journal.StripeEvent.Seal;
import io.bakstripe.worker.journal.StripeEvent.Sealed;
import io.bakstripe.worker.key.DataKey;
import io.bakstripe.worker.seal.CbcSealer;
import io.bakstripe.worker.seal.PartSealer;
import java.util.Optional;

/** Makes sealers that go on where the record ends. */
final class Sealers {
    private Sealers() {}

    /** @param before the part behind which the sealer goes on; empty at the beginning of the file */
    static PartSealer behind(DataKey key, Seal seal, Optional<Sealed> before) {
        return switch (seal.mode()) {
            case ENCRYPTION_ONLY ->
                CbcSealer.goingOn(key, before.map(Sealed::carry).orElse(seal.iv()));
            case AUTHENTICATED -> throw new IllegalStateException("there is no authenticated mode yet");
        };
    }
}
