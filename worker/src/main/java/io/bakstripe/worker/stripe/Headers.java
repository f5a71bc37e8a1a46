package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.instance.DeclaredDatabase;
import io.bakstripe.protocol.instance.RecoveryModel;
import io.bakstripe.protocol.message.StripeCommand.StripeSpec;
import io.bakstripe.worker.format.StripeHeader;
import java.time.Instant;
import java.util.List;

/** Makes a stripe's header from what its worker was told. */
final class Headers {
    private Headers() {}

    /** @param writer name and version of the program */
    static StripeHeader of(StripeSpec spec, String writer, Instant createdAt) {
        RecoveryModel model = spec.view()
                .definition()
                .database(spec.database().folded())
                .map(DeclaredDatabase::recoveryModel)
                .orElse(RecoveryModel.SIMPLE);
        return new StripeHeader(
                spec.setId(),
                spec.stripe().stripe(),
                spec.files(),
                spec.type(),
                spec.view().name().value(),
                spec.display(),
                spec.view().definition().edition().displayName(),
                model.wireName(),
                spec.start(),
                spec.baseSet(),
                spec.baseLsn(),
                List.of(),
                writer,
                createdAt);
    }
}
