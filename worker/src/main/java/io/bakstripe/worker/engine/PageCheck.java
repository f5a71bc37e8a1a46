package io.bakstripe.worker.engine;

import java.util.List;

/** Finds pages that cannot be right among bytes that were read. Thread-safe: it goes over the bytes once and keeps nothing. */
@FunctionalInterface
public interface PageCheck {
    /** Of an engine, or a server, whose pages bear no checksums. */
    PageCheck NONE = piece -> List.of();

    /**
     * The suspicious ones among the pages that lie wholly in the piece, in their order. A page that the server is writing may look so; a {@link
     * PageReader} tells it from a damaged one.
     */
    List<Suspect> suspects(Piece piece);

    /**
     * A page that is to be read again.
     *
     * @param offset in the file, in bytes
     * @param length in bytes
     * @param block its number as the engine counts them, over all files of its relation
     */
    record Suspect(String path, long offset, int length, long block) {}
}
