package io.bakstripe.worker.format;

import java.util.Optional;

/** What a frame holds, and how much of it a reader accepts before it takes memory. */
public enum FrameType {
    /** The {@link StripeHeader}, once per file, right after the preamble. */
    HEADER(1, 1 << 20),
    /** A chunk of pieces of files. */
    DATA(2, 8 << 20),
    /** A {@link ManifestPage}. */
    MANIFEST(3, 8 << 20),
    /** Zeros that a reader skips. */
    PADDING(4, 16 << 20),
    /** The {@link StripeTrailer}, once per file, right before the footer. */
    TRAILER(5, 2 << 20);

    private final int number;
    private final int maxPayloadBytes;

    FrameType(int number, int maxPayloadBytes) {
        this.number = number;
        this.maxPayloadBytes = maxPayloadBytes;
    }

    /** The number in the frame header. */
    public int number() {
        return number;
    }

    /** The most bytes that a payload of this type may have, stored or plain. */
    public int maxPayloadBytes() {
        return maxPayloadBytes;
    }

    static Optional<FrameType> of(int number) {
        for (FrameType type : values()) {
            if (type.number == number) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
