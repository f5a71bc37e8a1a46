package io.bakstripe.worker.journal;

import io.bakstripe.worker.format.FrameRun;
import java.util.List;

/**
 * Where the pages of the manifest lie in one part, as snapshots keep it.
 *
 * @param number of the part
 * @param frames counted from the part's beginning
 */
public record PartManifest(int number, List<FrameRun> frames) {
    public PartManifest {
        frames = List.copyOf(frames);
    }
}
