package io.bakstripe.worker.format;

/**
 * Frames of one kind that lie one after the other, without anything between.
 *
 * @param offset of the first of them, in bytes
 * @param length of all of them, in bytes
 */
public record FrameRun(long offset, long length) {
    /** {@link IllegalArgumentException} for what cannot be. */
    public FrameRun {
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("no frames lie at " + offset + "+" + length);
        }
    }

    /** The first position behind them. */
    public long end() {
        return offset + length;
    }

    /** The same frames where everything lies that much further back. */
    public FrameRun behind(long bytes) {
        return new FrameRun(offset + bytes, length);
    }

    /** Whether the other one goes on where this one ends. */
    public boolean touches(FrameRun next) {
        return end() == next.offset();
    }

    /** Both as one; they touch. */
    public FrameRun with(FrameRun next) {
        return new FrameRun(offset, length + next.length());
    }
}
