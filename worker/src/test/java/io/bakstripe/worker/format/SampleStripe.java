package io.bakstripe.worker.format;

import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.format.StripeTrailer.PartEntry;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/** Builds one stripe of a set, with parts as small as a test likes. */
public final class SampleStripe {
    public static final BackupSetId SET = new BackupSetId(UUID.fromString("6b1f0c1e-8f0a-4f43-9f0e-1c2d3e4f5061"));
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    private final Preamble preamble;
    private final FrameEncoder encoder;
    private final ByteArrayOutputStream file = new ByteArrayOutputStream();
    private final List<PartEntry> parts = new ArrayList<>();
    private final List<FrameRun> manifestPages = new ArrayList<>();
    private ByteArrayOutputStream part = new ByteArrayOutputStream();
    private long plainBytes;

    public SampleStripe(BackupSetId setId, int family, int families, Codec codec) {
        this(setId, family, families, codec, header(setId, family, families));
    }

    public SampleStripe(BackupSetId setId, int family, int families, Codec codec, StripeHeader header) {
        this(new Preamble(Mode.PLAIN, setId, family, families), codec, header);
    }

    /** As it is before anything is sealed, whatever the mode. */
    public SampleStripe(Preamble preamble, Codec codec) {
        this(preamble, codec, header(preamble.setId(), preamble.family(), preamble.families()));
    }

    private SampleStripe(Preamble preamble, Codec codec, StripeHeader header) {
        this.preamble = preamble;
        this.encoder = new FrameEncoder(codec, 3);
        part.writeBytes(FrameEncoder.preamble(preamble));
        part.writeBytes(encoder.header(header));
    }

    public static StripeHeader header(BackupSetId setId, int family, int families) {
        return header(setId, family, families, BackupType.FULL, "postgresql");
    }

    public static StripeHeader header(BackupSetId setId, int family, int families, BackupType type, String engine) {
        return new StripeHeader(
                setId,
                family,
                families,
                type,
                "shop",
                new DatabaseName("Orders"),
                "enterprise",
                "full",
                new StartFacts(
                        engine,
                        "18",
                        "7301234567890123456",
                        1,
                        Lsn.parse("16/B374D848"),
                        16 << 20,
                        "Europe/Berlin",
                        "postgres",
                        Optional.empty(),
                        NOON),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                "bakstripe 0.1",
                NOON);
    }

    public static StopFacts stop(long files, long plainBytes) {
        return new StopFacts(Lsn.parse("16/B4000000"), NOON.plusSeconds(60), files, plainBytes);
    }

    public SampleStripe chunk(List<Piece> pieces) {
        plainBytes += pieces.stream().mapToLong(piece -> piece.bytes().length).sum();
        return frame(encoder.chunk(pieces));
    }

    public SampleStripe manifest(byte[] page) {
        byte[] frame = encoder.manifest(page);
        FrameRun run = new FrameRun((long) file.size() + part.size(), frame.length);
        int last = manifestPages.size() - 1;
        if (last >= 0 && manifestPages.get(last).touches(run)) {
            run = manifestPages.remove(last).with(run);
        }
        manifestPages.add(run);
        return frame(frame);
    }

    public SampleStripe frame(byte[] frame) {
        part.writeBytes(frame);
        return this;
    }

    /** Ends a part; what follows goes into the next. */
    public SampleStripe endPart() {
        byte[] bytes = part.toByteArray();
        CRC32C sum = new CRC32C();
        sum.update(bytes);
        parts.add(new PartEntry(parts.size() + 1, file.size(), bytes.length, plainBytes, (int) sum.getValue()));
        file.writeBytes(bytes);
        part = new ByteArrayOutputStream();
        plainBytes = 0;
        return this;
    }

    /** The whole file, which does not say where the pages of its manifest are. */
    public byte[] finish(StopFacts stop) {
        return finish(stop, Optional.empty());
    }

    /** The whole file. */
    public byte[] finishLocated(StopFacts stop) {
        return finish(stop, Optional.of(manifestPages));
    }

    private byte[] finish(StopFacts stop, Optional<List<FrameRun>> pages) {
        if (part.size() > 0) {
            endPart();
        }
        int trailerOffset = file.size();
        BackupSetId setId = preamble.setId();
        int family = preamble.family();
        int families = preamble.families();
        byte[] trailer = encoder.trailer(new StripeTrailer(setId, family, families, stop, parts, pages));
        file.writeBytes(trailer);
        int lastPart = preamble.mode() == Mode.AUTHENTICATED ? parts.size() + 1 : 0;
        file.writeBytes(FrameEncoder.footer(
                new Footer(preamble.mode(), setId, family, families, trailerOffset, trailer.length, lastPart)));
        return file.toByteArray();
    }
}
