package io.bakstripe.node.extract;

import io.bakstripe.node.offline.ByteBar;
import io.bakstripe.protocol.stripe.SetFacts;

/** Shows an extraction, set by set. */
record ExtractBar(ByteBar bar) implements Extraction.Progress {
    @Override
    public void begins(SetFacts set) {
        bar.begins(set.type() + " " + set.setId(), set.stop().plainBytes());
    }

    @Override
    public void written(long bytes) {
        bar.done(bytes);
    }
}
