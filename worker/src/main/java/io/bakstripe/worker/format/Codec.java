package io.bakstripe.worker.format;

/** How a chunk's payload is compressed; the number stands in the frame header. */
public enum Codec {
    NONE(0),
    ZSTD(1);

    private final int number;

    Codec(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
