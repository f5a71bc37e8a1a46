package io.bakstripe.sandbox.chaos;

import java.io.IOException;
import java.io.OutputStream;

/** Swallows what can no longer be sent, so that a receiver that stopped reading can still be asked for its answer. */
final class Unbreakable extends OutputStream {
    private final OutputStream out;
    private boolean broken;

    Unbreakable(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int one) {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        if (broken) {
            return;
        }
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            broken = true;
        }
    }
}
