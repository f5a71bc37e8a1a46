package io.bakstripe.worker.seal;

import com.google.crypto.tink.subtle.StreamSegmentEncrypter;
import io.bakstripe.worker.format.Layout;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;

/**
 * Mode 2, authenticated: parts that do not depend on one another. The preamble at the beginning of the first part and the footer at the end of the last one stay as they are. Holds less than a segment back,
 * of the last part, which is short, everything; a part that never ends opens nowhere.
 */
public final class GcmSealer implements PartSealer {
    private static final byte[] NOTHING = {};
    private static final int CONTENT_BYTES = Layout.SEALED_SEGMENT_BYTES - Layout.SEAL_TAG_BYTES;

    private final AuthenticatedParts parts;
    private final ByteBuffer held = ByteBuffer.allocate(CONTENT_BYTES);
    private final ByteArrayOutputStream lastPart = new ByteArrayOutputStream();
    private @Nullable StreamSegmentEncrypter encrypter;
    private boolean headerGiven;
    private boolean endsFile;
    private int preambleLeft;

    public GcmSealer(AuthenticatedParts parts) {
        this.parts = parts;
    }

    @Override
    public void begin(int number, boolean last) {
        encrypter = parts.encrypter(number, last);
        headerGiven = false;
        endsFile = last;
        preambleLeft = number == 1 ? Layout.PREAMBLE_BYTES : 0;
        lastPart.reset();
        held.clear().limit(CONTENT_BYTES - Layout.SEAL_HEADER_BYTES);
    }

    @Override
    public byte[] add(byte[] plain) {
        if (endsFile) {
            lastPart.writeBytes(plain);
            return NOTHING;
        }
        return full(ByteBuffer.wrap(plain));
    }

    /** {@link IllegalArgumentException} where a last part is too short to end with a footer. */
    @Override
    public Tail end() {
        byte[] whole = lastPart.toByteArray();
        int footerAt = endsFile ? whole.length - Layout.FOOTER_BYTES : 0;
        if (footerAt < 0) {
            throw new IllegalArgumentException("a file cannot end with a part of " + whole.length + " bytes");
        }
        byte[] segments = full(ByteBuffer.wrap(whole, 0, footerAt));
        int header = headerGiven ? 0 : Layout.SEAL_HEADER_BYTES;
        ByteBuffer into = ByteBuffer.allocate(
                segments.length + header + held.position() + Layout.SEAL_TAG_BYTES + whole.length - footerAt);
        into.put(segments);
        seal(ByteBuffer.wrap(NOTHING), true, into);
        into.put(whole, footerAt, whole.length - footerAt);
        encrypter = null;
        return new Tail(into.array(), "");
    }

    /** What is ready: the preamble, and segments that more follows in this part. */
    private byte[] full(ByteBuffer rest) {
        int asTheyAre = Math.min(preambleLeft, rest.remaining());
        int left = rest.remaining() - asTheyAre - held.remaining();
        int segments = left <= 0 ? 0 : (left + CONTENT_BYTES - 1) / CONTENT_BYTES;
        int sealed = segments == 0
                ? 0
                : held.limit()
                        + (segments - 1) * CONTENT_BYTES
                        + segments * Layout.SEAL_TAG_BYTES
                        + (headerGiven ? 0 : Layout.SEAL_HEADER_BYTES);
        ByteBuffer into = ByteBuffer.allocate(asTheyAre + sealed);
        into.put(slice(rest, asTheyAre));
        preambleLeft -= asTheyAre;
        while (rest.remaining() > held.remaining()) {
            seal(slice(rest, held.remaining()), false, into);
        }
        held.put(rest);
        return into.array();
    }

    private static ByteBuffer slice(ByteBuffer from, int bytes) {
        ByteBuffer slice = from.slice(from.position(), bytes);
        from.position(from.position() + bytes);
        return slice;
    }

    private void seal(ByteBuffer more, boolean last, ByteBuffer into) {
        StreamSegmentEncrypter begun = encrypter;
        if (begun == null) {
            throw new IllegalStateException("no part has begun");
        }
        if (!headerGiven) {
            into.put(begun.getHeader());
            headerGiven = true;
        }
        try {
            if (more.hasRemaining()) {
                begun.encryptSegment(held.flip(), more, last, into);
            } else {
                begun.encryptSegment(held.flip(), last, into);
            }
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("a segment cannot be sealed", impossible);
        }
        held.clear();
    }
}
