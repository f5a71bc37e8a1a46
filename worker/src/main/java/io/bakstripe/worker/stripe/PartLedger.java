package io.bakstripe.worker.stripe;

import io.bakstripe.protocol.stripe.Damage;
import io.bakstripe.protocol.stripe.PlanKind;
import io.bakstripe.worker.format.FrameRun;
import io.bakstripe.worker.format.StripeTrailer.PartEntry;
import io.bakstripe.worker.journal.StripeEvent.PartReplaced;
import io.bakstripe.worker.journal.StripeEvent.PartStored;
import io.bakstripe.worker.journal.StripeEvent.Position;
import io.bakstripe.worker.journal.StripeEvent.Sealed;
import io.bakstripe.worker.store.ObjectStore.StoredPart;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The recorded parts of a stripe, numbers 1 to {@link #count()}, in less than 100 bytes each. Immutable to look at; ledgers that were made from one
 * another share their columns, so that recording ten thousand parts does not copy ten thousand times. Not thread-safe.
 */
final class PartLedger {
    private static final PartLedger EMPTY = new PartLedger(new Columns(), 0, 0, 0, new TreeMap<>(), new TreeMap<>());

    private final Columns columns;
    private final int count;
    private final long plainBytes;
    private final long storedBytes;
    /** Of the parts that have any; never changed. */
    private final SortedMap<Integer, Damage> damage;
    /** Of the parts that hold pages of the manifest; never changed. */
    private final SortedMap<Integer, List<FrameRun>> manifest;

    private PartLedger(
            Columns columns,
            int count,
            long plainBytes,
            long storedBytes,
            SortedMap<Integer, Damage> damage,
            SortedMap<Integer, List<FrameRun>> manifest) {
        this.columns = columns;
        this.count = count;
        this.plainBytes = plainBytes;
        this.storedBytes = storedBytes;
        this.damage = damage;
        this.manifest = manifest;
    }

    static PartLedger empty() {
        return EMPTY;
    }

    /** With one more part; {@link IllegalArgumentException} when its number is not the next one. */
    PartLedger with(PartStored part) {
        if (part.number() != count + 1) {
            throw new IllegalArgumentException("part " + part.number() + " cannot follow part " + count);
        }
        Columns grown = count > 0 && columns.count == count ? columns : columns.copy(count);
        grown.append(part);
        return new PartLedger(
                grown,
                count + 1,
                plainBytes + part.plainBytes(),
                storedBytes + part.storedBytes(),
                damageWith(part),
                manifestWith(part));
    }

    /** All damage is counted, but only so much of it named as a report may name. */
    private SortedMap<Integer, Damage> damageWith(PartStored part) {
        if (part.damage().isEmpty()) {
            return damage;
        }
        int named = damage.values().stream().mapToInt(of -> of.first().size()).sum();
        SortedMap<Integer, Damage> more = new TreeMap<>(damage);
        more.put(part.number(), part.damage().get().naming(Damage.LISTED - named));
        return more;
    }

    private SortedMap<Integer, List<FrameRun>> manifestWith(PartStored part) {
        if (part.manifest().isEmpty()) {
            return manifest;
        }
        SortedMap<Integer, List<FrameRun>> more = new TreeMap<>(manifest);
        more.put(part.number(), part.manifest());
        return more;
    }

    /** With only its first parts. */
    PartLedger upTo(int last) {
        long plain = 0;
        long stored = 0;
        for (int number = 1; number <= last; number++) {
            plain += plainBytes(number);
            stored += storedBytes(number);
        }
        return new PartLedger(
                columns,
                last,
                plain,
                stored,
                new TreeMap<>(damage.headMap(last + 1)),
                new TreeMap<>(manifest.headMap(last + 1)));
    }

    /** With other facts of one part, whose run of the plan stays the same. */
    PartLedger replacing(PartReplaced part) {
        PartLedger changed = upTo(part.number() - 1).with(again(part.number(), part));
        for (int number = part.number() + 1; number <= count; number++) {
            changed = changed.with(again(number, null));
        }
        return changed;
    }

    private PartStored again(int number, @Nullable PartReplaced by) {
        Position begin = columns.begin(number);
        return by == null
                ? new PartStored(
                        number,
                        begin,
                        begin,
                        plainBytes(number),
                        storedBytes(number),
                        crc32c(number),
                        etag(number),
                        damage(number),
                        manifest(number),
                        sealed(number))
                : new PartStored(
                        number,
                        begin,
                        begin,
                        by.plainBytes(),
                        by.storedBytes(),
                        by.crc32c(),
                        by.etag(),
                        by.damage(),
                        by.manifest(),
                        by.sealed());
    }

    int count() {
        return count;
    }

    /** Where in its plan a part begins; empty when the record is too old to say it. */
    Optional<Position> from(int number) {
        return Optional.of(columns.begin(number)).filter(begin -> begin.extent() >= 0);
    }

    /** The number of the first part of the closing plan; one more than there are parts when there is none. */
    int closingFrom() {
        return Math.min(columns.closingFrom, count + 1);
    }

    /** Bytes of the database in all parts. */
    long plainBytes() {
        return plainBytes;
    }

    /** Bytes of all parts in the file. */
    long storedBytes() {
        return storedBytes;
    }

    long plainBytes(int number) {
        return columns.plain[number - 1];
    }

    long storedBytes(int number) {
        return columns.stored[number - 1];
    }

    int crc32c(int number) {
        return columns.crc[number - 1];
    }

    String etag(int number) {
        int from = number == 1 ? 0 : columns.etagEnds[number - 2];
        return new String(columns.etags, from, columns.etagEnds[number - 1] - from, StandardCharsets.UTF_8);
    }

    /** What the store has of a part where parts are sealed. */
    Optional<Sealed> sealed(int number) {
        return columns.seals.of(number, storedBytes(number));
    }

    /** Bytes of a part as the store has it. */
    long sentBytes(int number) {
        return sealed(number).map(Sealed::bytes).orElseGet(() -> storedBytes(number));
    }

    /** Bytes of all parts as the store has them. */
    long sentBytes() {
        return IntStream.rangeClosed(1, count).mapToLong(this::sentBytes).sum();
    }

    /** The damaged pages in a part; absent when there are none. */
    Optional<Damage> damage(int number) {
        return Optional.ofNullable(damage.get(number));
    }

    /** The damaged pages in all parts. */
    Damage damage() {
        return damage.values().stream().reduce(Damage.none(), Damage::and);
    }

    /** Where the pages of the manifest lie in a part. */
    List<FrameRun> manifest(int number) {
        return manifest.getOrDefault(number, List.of());
    }

    /** Where the pages of the manifest lie in the file, in order. */
    List<FrameRun> manifestPages() {
        List<FrameRun> runs = new ArrayList<>();
        long offset = 0;
        for (int number = 1; number <= count; number++) {
            for (FrameRun run : manifest(number)) {
                FrameRun inFile = run.behind(offset);
                int last = runs.size() - 1;
                if (last >= 0 && runs.get(last).touches(inFile)) {
                    runs.set(last, runs.get(last).with(inFile));
                } else {
                    runs.add(inFile);
                }
            }
            offset += storedBytes(number);
        }
        return runs;
    }

    /** Memory that the columns take. */
    long heldBytes() {
        return (long) columns.plain.length * (3 * Long.BYTES + 3 * Integer.BYTES)
                + columns.etags.length
                + columns.seals.heldBytes();
    }

    /** All parts as the store's completion takes them, checksums included. */
    List<StoredPart> asStored() {
        List<StoredPart> parts = new ArrayList<>(count);
        for (int number = 1; number <= count; number++) {
            int sent = sealed(number).map(Sealed::crc32c).orElse(crc32c(number));
            parts.add(new StoredPart(number, sentBytes(number), etag(number), OptionalInt.of(sent)));
        }
        return parts;
    }

    /** All parts as the trailer's index has them. */
    List<PartEntry> asIndex() {
        List<PartEntry> index = new ArrayList<>(count);
        long offset = 0;
        for (int number = 1; number <= count; number++) {
            index.add(new PartEntry(number, offset, storedBytes(number), plainBytes(number), crc32c(number)));
            offset += storedBytes(number);
        }
        return index;
    }

    private static final class Columns {
        private int count;
        private long[] plain = new long[4];
        private long[] stored = new long[4];
        private int[] crc = new int[4];
        private int[] etagEnds = new int[4];
        private int[] extents = new int[4];
        private long[] offsets = new long[4];
        private int closingFrom = Integer.MAX_VALUE;
        private byte[] etags = new byte[160];
        private PartSeals seals = new PartSeals();

        void append(PartStored part) {
            byte[] etag = part.etag().getBytes(StandardCharsets.UTF_8);
            int etagFrom = count == 0 ? 0 : etagEnds[count - 1];
            if (count == plain.length) {
                int larger = count + count / 4 + 4;
                plain = Arrays.copyOf(plain, larger);
                stored = Arrays.copyOf(stored, larger);
                crc = Arrays.copyOf(crc, larger);
                etagEnds = Arrays.copyOf(etagEnds, larger);
                extents = Arrays.copyOf(extents, larger);
                offsets = Arrays.copyOf(offsets, larger);
            }
            if (etagFrom + etag.length > etags.length) {
                etags = Arrays.copyOf(etags, etags.length + etags.length / 4 + etag.length);
            }
            plain[count] = part.plainBytes();
            stored[count] = part.storedBytes();
            crc[count] = part.crc32c();
            System.arraycopy(etag, 0, etags, etagFrom, etag.length);
            etagEnds[count] = etagFrom + etag.length;
            extents[count] = Math.toIntExact(part.from().extent());
            offsets[count] = part.from().offset();
            seals.append(count, part);
            count++;
            if (part.from().plan() == PlanKind.CLOSING) {
                closingFrom = Math.min(closingFrom, count);
            }
        }

        Position begin(int number) {
            PlanKind plan = number < closingFrom ? PlanKind.DATA : PlanKind.CLOSING;
            return new Position(plan, extents[number - 1], offsets[number - 1]);
        }

        Columns copy(int upTo) {
            Columns copy = new Columns();
            copy.count = upTo;
            copy.plain = Arrays.copyOf(plain, Math.max(4, upTo));
            copy.stored = Arrays.copyOf(stored, Math.max(4, upTo));
            copy.crc = Arrays.copyOf(crc, Math.max(4, upTo));
            copy.etagEnds = Arrays.copyOf(etagEnds, Math.max(4, upTo));
            copy.extents = Arrays.copyOf(extents, Math.max(4, upTo));
            copy.offsets = Arrays.copyOf(offsets, Math.max(4, upTo));
            copy.closingFrom = closingFrom <= upTo ? closingFrom : Integer.MAX_VALUE;
            copy.seals = seals.copy(upTo);
            copy.etags = Arrays.copyOf(etags, Math.max(160, upTo == 0 ? 0 : etagEnds[upTo - 1]));
            return copy;
        }
    }
}
