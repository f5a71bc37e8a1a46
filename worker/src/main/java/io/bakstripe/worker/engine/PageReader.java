package io.bakstripe.worker.engine;

import io.bakstripe.worker.engine.PageCheck.Suspect;
import java.util.List;

/** Reads single pages again, over one connection of its own. Not thread-safe, except {@link #abort()}. */
public interface PageReader extends AutoCloseable {
    /** Reads each page once; the answers stand in the order of the pages. */
    List<Reading> again(List<Suspect> pages);

    /** Breaks off an {@link #again} that another thread is waiting in. */
    void abort();

    /** Never throws. */
    @Override
    void close();

    /** What one more reading has shown. */
    enum Verdict {
        /** The page is whole, or the log of the backup's span writes it anew: these bytes are the ones to store. */
        SOUND,
        /** The file has vanished or does not reach so far any more; the log says so, too. */
        GONE,
        /** It cannot be right. It may be being written, but not for long. */
        DAMAGED
    }

    /** @param content the page where it is {@link Verdict#SOUND}, not to be changed; empty otherwise */
    @SuppressWarnings("ArrayRecordComponent") // Made once, read once.
    record Reading(Verdict verdict, byte[] content) {
        private static final byte[] NOTHING = new byte[0];

        public static Reading sound(byte[] content) {
            return new Reading(Verdict.SOUND, content);
        }

        public static Reading gone() {
            return new Reading(Verdict.GONE, NOTHING);
        }

        public static Reading damaged() {
            return new Reading(Verdict.DAMAGED, NOTHING);
        }
    }
}
