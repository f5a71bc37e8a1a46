package io.bakstripe.worker.restore;

import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.format.Chunk;
import io.bakstripe.worker.format.Frame;
import io.bakstripe.worker.format.FrameType;
import io.bakstripe.worker.format.Layout;
import io.bakstripe.worker.format.ManifestPage;
import io.bakstripe.worker.format.Place;
import io.bakstripe.worker.restore.PartCutter.Cut;
import io.bakstripe.worker.restore.PlainRooms.Room;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;

/** Checks, decompresses and writes the frames of one range, one after the other. Blocks; used once. */
final class RangeWriter {
    /** Files of one range that are remembered until its part is synced; beyond that the range syncs for itself. */
    private static final int MAX_TOUCHED = 20_000;

    /** A page has some thousand entries; a file with more pages than this is no database's. */
    private static final int MAX_PAGES = 65_536;

    private final Cut cut;
    private final DataDirectoryWriter target;
    private final LongConsumer progress;
    private final Place place;
    private final Set<String> touched = new LinkedHashSet<>();
    private final List<ManifestFrame> manifest = new ArrayList<>();

    /** @param progress is told bytes of the database as they are written */
    RangeWriter(S3Arn file, Cut cut, DataDirectoryWriter target, LongConsumer progress) {
        this.cut = cut;
        this.target = target;
        this.progress = progress;
        this.place = cut.range().place(file);
    }

    /** Writes everything; the frames are not needed any more when this returns or throws. */
    Written write(Room room) {
        cut.forEach(place, (offset, frame) -> frame(offset, frame, room));
        return new Written(cut.range(), touched, manifest);
    }

    private void frame(long offset, Frame frame, Room room) {
        switch (frame.type()) {
            case DATA -> Chunk.forEach(place, plain(frame, room), this::entry);
            case MANIFEST -> page(offset, frame, room);
            case HEADER, PADDING, TRAILER -> checkPlain(place, offset, frame);
        }
    }

    /** Checks a frame that holds nothing to be written: its checksum, and that it may stand here. */
    static void checkPlain(Place place, long offset, Frame frame) {
        frame.check(place);
        boolean header = frame.type() == FrameType.HEADER;
        if (frame.type() == FrameType.TRAILER || header && offset != Layout.PREAMBLE_BYTES) {
            throw place.damaged("a " + frame.type() + " frame stands where data should");
        }
        if (offset == Layout.PREAMBLE_BYTES && !header) {
            throw place.damaged("there is no HEADER frame");
        }
    }

    private void page(long offset, Frame frame, Room room) {
        ManifestPage.forEach(place, plain(frame, room), entry -> {});
        manifest.add(new ManifestFrame(cut.range().part().number(), offset, frame.length()));
        checkPages(place, manifest.size());
    }

    /** Refuses a file with more manifest pages than are worth to be remembered. */
    static void checkPages(Place place, int pages) {
        if (pages > MAX_PAGES) {
            throw place.damaged("it holds more than " + MAX_PAGES + " manifest pages");
        }
    }

    private ByteBuffer plain(Frame frame, Room room) {
        ByteBuffer plain = frame.payload(place, room::of);
        if (plain.isDirect()) {
            return plain;
        }
        // Files are written from direct memory; a channel would copy to its own, which every thread keeps for ever.
        return room.of(plain.remaining()).put(plain).flip();
    }

    private void entry(Chunk.Entry entry) {
        int bytes = entry.bytes().remaining();
        target.apply(place, entry);
        touched.add(entry.path());
        if (entry.kind() != ExtentKind.DIRECTORY) {
            progress.accept(bytes);
        }
        if (touched.size() >= MAX_TOUCHED) {
            target.sync(touched);
            target.syncDirectories(touched);
            touched.clear();
        }
    }

    /**
     * A range whose frames are written, but not synced.
     *
     * @param touched paths that are not synced yet
     */
    record Written(PartCutter.Range range, Set<String> touched, List<ManifestFrame> manifest) {}

    /** Where a manifest page is in a file. */
    record ManifestFrame(int part, long offset, int length) {}
}
