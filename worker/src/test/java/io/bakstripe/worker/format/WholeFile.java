package io.bakstripe.worker.format;

import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.format.StripeTrailer.PartEntry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** Reads a whole stripe out of memory with every check that a reader makes, as a reader that follows the specification would. */
record WholeFile(StripeHeader header, StripeTrailer trailer, List<Piece> pieces, List<ManifestPage.Entry> manifest) {
    static final S3Arn ARN = new S3Arn("backups", "orders.bak");

    static WholeFile read(byte[] bytes) {
        ByteBuffer file = ByteBuffer.wrap(bytes);
        Preamble preamble = Preamble.read(ARN, file);
        int footerAt = Math.max(0, bytes.length - Layout.FOOTER_BYTES);
        Footer footer = Footer.read(ARN, bytes.length, file.slice(footerAt, bytes.length - footerAt));
        StripeHeader header = StripeReader.header(
                ARN, preamble, file.slice(Layout.PREAMBLE_BYTES, bytes.length - Layout.PREAMBLE_BYTES));
        StripeTrailer trailer = StripeReader.trailer(
                ARN, preamble, footer, file.slice((int) footer.trailerOffset(), footer.trailerBytes()));
        WholeFile read = new WholeFile(header, trailer, new ArrayList<>(), new ArrayList<>());
        trailer.parts().forEach(part -> read.part(part, file));
        return read;
    }

    private void part(PartEntry part, ByteBuffer file) {
        Place place = Place.part(ARN, part.number());
        ByteBuffer stored = file.slice((int) part.offset(), (int) part.storedBytes());
        CRC32C sum = new CRC32C();
        sum.update(stored.duplicate());
        if (part.number() == 1) {
            stored.position(Layout.PREAMBLE_BYTES);
        }
        FrameSplitter splitter = new FrameSplitter(place);
        for (Frame frame : splitter.feed(stored)) {
            byte[] payload = frame.payload(place);
            switch (frame.type()) {
                case DATA -> pieces.addAll(Chunk.decode(place, payload));
                case MANIFEST -> manifest.addAll(ManifestPage.decode(place, payload));
                case HEADER, PADDING, TRAILER -> {}
            }
        }
        splitter.finish();
        if ((int) sum.getValue() != part.crc32c()) {
            throw place.damaged("part checksum");
        }
    }
}
