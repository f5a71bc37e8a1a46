package io.bakstripe.worker.format;

import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.format.StripeTrailer.PartEntry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The payload of a TRAILER frame: u32 length and JSON of the set's facts, then the binary index of parts. */
final class Trailers {
    private static final int ENTRY_BYTES = 32;

    private Trailers() {}

    static byte[] encode(StripeTrailer trailer) {
        byte[] json = StripeJson.encode(new Facts(
                trailer.setId(), trailer.family(), trailer.families(), trailer.stop(), trailer.manifestPages()));
        int length =
                Integer.BYTES + json.length + Integer.BYTES + trailer.parts().size() * ENTRY_BYTES;
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(json.length).put(json).putInt(trailer.parts().size());
        for (PartEntry part : trailer.parts()) {
            buffer.putInt(part.number()).putInt(part.crc32c());
            buffer.putLong(part.offset()).putLong(part.storedBytes()).putLong(part.plainBytes());
        }
        return buffer.array();
    }

    static StripeTrailer decode(Place place, byte[] payload) {
        Chunk.Reader reader = new Chunk.Reader(place, ByteBuffer.wrap(payload));
        Facts facts = StripeJson.decode(place, Facts.class, reader.bytes(reader.count(1)));
        int count = reader.count(ENTRY_BYTES);
        List<PartEntry> parts = new ArrayList<>(count);
        for (int index = 0; index < count; index++) {
            ByteBuffer entry = reader.slice(ENTRY_BYTES);
            int number = entry.getInt();
            int crc32c = entry.getInt();
            parts.add(new PartEntry(number, entry.getLong(), entry.getLong(), entry.getLong(), crc32c));
        }
        reader.finish();
        return new StripeTrailer(
                facts.setId(), facts.family(), facts.families(), facts.stop(), parts, facts.manifestPages());
    }

    private record Facts(
            BackupSetId setId, int family, int families, StopFacts stop, Optional<List<FrameRun>> manifestPages) {
        private Facts {
            // The first files do not have it.
            manifestPages = manifestPages == null ? Optional.empty() : manifestPages;
        }
    }
}
