package io.bakstripe.worker.format;

import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.format.StripeTrailer.PartEntry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** Changes a whole file and makes every checksum in it right again, so that a reader has nothing but the statements themselves to distrust. */
public final class Forgery {
    private final byte[] original;
    private final List<int[]> frames = new ArrayList<>();
    private final StripeTrailer trailer;
    private final int trailerAt;
    private final int trailerBytes;

    /** @param original a whole file that a reader accepts */
    public Forgery(byte[] original) {
        this.original = original.clone();
        S3Arn file = new S3Arn("backups", "original.bak");
        ByteBuffer bytes = ByteBuffer.wrap(original);
        Preamble preamble = Preamble.read(file, bytes);
        int footerAt = original.length - Layout.FOOTER_BYTES;
        Footer footer = Footer.read(file, original.length, bytes.slice(footerAt, Layout.FOOTER_BYTES));
        trailerAt = (int) footer.trailerOffset();
        trailerBytes = footer.trailerBytes();
        trailer = StripeReader.trailer(file, preamble, footer, bytes.slice(trailerAt, trailerBytes));
        ByteBuffer rest = ByteBuffer.wrap(original, Layout.PREAMBLE_BYTES, trailerAt - Layout.PREAMBLE_BYTES);
        while (rest.hasRemaining()) {
            int at = rest.position();
            Frame frame = Frame.next(Place.part(file, 1), rest);
            if (frame == null) {
                throw new IllegalArgumentException("the original is not whole");
            }
            frames.add(new int[] {at, frame.length()});
        }
    }

    /** Where the frames of all parts begin. */
    public List<Integer> frames() {
        return frames.stream().map(frame -> frame[0]).toList();
    }

    /** Where the first frame of a type begins. */
    public int first(FrameType type) {
        return frames.stream()
                .map(frame -> frame[0])
                .filter(at -> original[at + Frame.TYPE_AT] == type.number())
                .findFirst()
                .orElseThrow();
    }

    /** Where the trailer's frame begins. */
    public int trailer() {
        return trailerAt;
    }

    /** Where the index entry of a part begins: number, checksum, offset, stored bytes, plain bytes. */
    public int indexEntry(int part) {
        int json =
                ByteBuffer.wrap(original).order(ByteOrder.LITTLE_ENDIAN).getInt(trailerAt + Layout.FRAME_HEADER_BYTES);
        return trailerAt + Layout.FRAME_HEADER_BYTES + Integer.BYTES + json + Integer.BYTES + 32 * (part - 1);
    }

    /** Where the footer begins. */
    public int footer() {
        return original.length - Layout.FOOTER_BYTES;
    }

    /** A copy to be changed, little-endian. */
    public ByteBuffer copy() {
        return ByteBuffer.wrap(original.clone()).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Makes the checksums of a changed copy right, at the places where the original has them. */
    public byte[] seal(ByteBuffer changed) {
        seal(changed, 0);
        for (int[] frame : frames) {
            seal(changed, frame[0], frame[1]);
        }
        for (PartEntry part : trailer.parts()) {
            CRC32C sum = new CRC32C();
            sum.update(changed.slice((int) part.offset(), (int) part.storedBytes()));
            changed.putInt(indexEntry(part.number()) + Integer.BYTES, (int) sum.getValue());
        }
        seal(changed, trailerAt, trailerBytes);
        seal(changed, footer());
        return changed.array();
    }

    private static void seal(ByteBuffer changed, int frameAt, int length) {
        changed.putInt(frameAt + Frame.CHECKSUM_AT, Frame.checksum(changed.slice(frameAt, length)));
    }

    private static void seal(ByteBuffer changed, int endAt) {
        CRC32C sum = new CRC32C();
        sum.update(changed.slice(endAt, Layout.CHECKSUM_AT));
        changed.putInt(endAt + Layout.CHECKSUM_AT, (int) sum.getValue());
    }
}
