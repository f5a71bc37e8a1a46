package io.bakstripe.worker.restore;

import io.bakstripe.protocol.stripe.SetFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.format.Mode;
import io.bakstripe.worker.format.StripeHeader;
import io.bakstripe.worker.format.StripeTrailer;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.util.List;

/** A whole set: every family once, in order, all of one set id. */
public record FoundSet(List<FoundStripe> stripes, StopFacts stop) {
    public FoundSet {
        stripes = List.copyOf(stripes);
    }

    /** The header of the first family; what it says of the set is the same in all. */
    public StripeHeader header() {
        return stripes.get(0).header();
    }

    /** What its files say of it. */
    public SetFacts facts() {
        StripeHeader header = header();
        return new SetFacts(
                header.setId(),
                header.type(),
                header.database(),
                header.start(),
                stop,
                header.baseSet(),
                header.baseLsn(),
                header.recoveryModel(),
                header.flags(),
                stripes.stream().map(stripe -> stripe.object().file()).toList());
    }

    /**
     * @param object as it was when it was judged; all later reads are held to its etag
     * @param mode as its preamble says
     */
    public record FoundStripe(StoredObject object, Mode mode, StripeHeader header, StripeTrailer trailer) {}
}
