package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.worker.engine.PageCheck.Suspect;
import io.bakstripe.worker.engine.PageReader;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads pages again while the connection of the extents is in the middle of a COPY.
 *
 * <p>A page whose checksum is wrong is good all the same when it was changed since the backup began: the log brings it whole. That is believed only of a
 * position that the server's log has reached: bytes that mean nothing mostly claim one far beyond it.
 */
final class PostgresPageReader implements PageReader {
    private static final String READ = "SELECT pg_read_binary_file(p, o, l, true)"
            + " FROM unnest(?::text[], ?::int8[], ?::int8[]) WITH ORDINALITY v(p, o, l, i) ORDER BY i";
    private static final String LOG_END = "SELECT pg_current_wal_insert_lsn()::text";

    private final PostgresSession session;
    private final Lsn start;
    private final PageChecksum checksum = new PageChecksum();

    /** @param start of the backup */
    PostgresPageReader(PostgresSession session, Lsn start) {
        this.session = session;
        this.start = start;
    }

    @Override
    public List<Reading> again(List<Suspect> pages) {
        List<Optional<byte[]>> read = session.all(
                READ,
                row -> Optional.ofNullable(row.getBytes(1)),
                pages.stream().map(Suspect::path).toArray(String[]::new),
                pages.stream().map(Suspect::offset).toArray(Long[]::new),
                pages.stream().map(page -> (long) page.length()).toArray(Long[]::new));
        // Asked for behind the pages: no page that was read can have been changed later than this.
        Lsn end = session.one(LOG_END, row -> Lsn.parse(row.getString(1)));
        List<Reading> readings = new ArrayList<>();
        for (int index = 0; index < pages.size(); index++) {
            readings.add(judge(pages.get(index), read.get(index).orElse(new byte[0]), end));
        }
        return readings;
    }

    private Reading judge(Suspect page, byte[] content, Lsn end) {
        if (content.length < page.length()) {
            return Reading.gone();
        }
        IntBuffer words = PageChecksum.words(ByteBuffer.wrap(content), 0, content.length);
        int count = page.length() / Integer.BYTES;
        if (PostgresPages.sound(checksum, words, 0, count, page.block()) || changedSince(words, end)) {
            return Reading.sound(content);
        }
        return Reading.damaged();
    }

    private boolean changedSince(IntBuffer words, Lsn end) {
        Lsn lsn = PageChecksum.lsn(words, 0);
        return lsn.compareTo(start) >= 0 && lsn.compareTo(end) <= 0;
    }

    @Override
    public void abort() {
        session.abort();
    }

    @Override
    public void close() {
        session.close();
    }
}
