package io.bakstripe.worker.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Checks the checksum of every page of every relation file below a data directory whose server does not run. The algorithm is PostgreSQL's, as
 * src/include/storage/checksum_impl.h describes it: 32 FNV-1a sums side by side over the page with its checksum field taken as zero, joined by exclusive or, mixed
 * with the number of the block in its relation, reduced to 1 to 65535.
 */
final class PageChecksums {
    private static final int PAGE = 8192;
    private static final int PAGES_PER_FILE = (1 << 30) / PAGE;
    private static final int CHECKSUM_AT = 8;
    private static final int UPPER_AT = 14;
    private static final int SUMS = 32;
    private static final int PRIME = 16_777_619;
    private static final int LARGEST = 65_535;
    private static final Pattern RELATION = Pattern.compile("\\d+(?:_(?:fsm|vm|init))?(?:\\.(\\d+))?");
    private static final int[] SEEDS = {
        0x5B1F36E9, 0xB8525960, 0x02AB50AA, 0x1DE66D2A, 0x79FF467A, 0x9BB9F8A3, 0x217E7CD2, 0x83E13D2C,
        0xF8D4474F, 0xE39EB970, 0x42C6AE16, 0x993216FA, 0x7B093B5D, 0x98DAFF3C, 0xF718902A, 0x0B1C9CDB,
        0xE58F764B, 0x187636BC, 0x5D7B3BB1, 0xE73DE7DE, 0x92BEC979, 0xCCA6C0B2, 0x304A0979, 0x85AA43D4,
        0x783125BB, 0x6CA8EAA2, 0xE407EAC6, 0x4B5CFC3E, 0x9FBF8C76, 0x15CA20BE, 0xF2CA9FD3, 0x959BD756
    };

    private PageChecksums() {}

    /** @param wrong each with file and block */
    record Scan(long pages, List<String> wrong) {}

    static Scan scan(Path pgdata) throws IOException {
        List<String> wrong = new ArrayList<>();
        long pages = 0;
        for (Path file : relations(pgdata)) {
            Matcher name = RELATION.matcher(file.getFileName().toString());
            if (!name.matches()) {
                continue;
            }
            long first = name.group(1) == null ? 0 : Long.parseLong(name.group(1)) * PAGES_PER_FILE;
            ByteBuffer content = mapped(file);
            if (content.capacity() % PAGE != 0) {
                wrong.add(pgdata.relativize(file) + " has " + content.capacity() + " bytes");
            }
            for (int page = 0; page < content.capacity() / PAGE; page++, pages++) {
                String complaint =
                        complaint(content.slice(page * PAGE, PAGE).order(ByteOrder.LITTLE_ENDIAN), first + page);
                if (!complaint.isEmpty()) {
                    wrong.add(pgdata.relativize(file) + " block " + (first + page) + ": " + complaint);
                }
            }
        }
        return new Scan(pages, wrong);
    }

    /** Not read: a file of a relation has up to 1 GiB. */
    private static ByteBuffer mapped(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    private static List<Path> relations(Path pgdata) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String folder : List.of("global", "base", "pg_tblspc")) {
            Path root = pgdata.resolve(folder);
            if (Files.isDirectory(root)) {
                try (Stream<Path> all = Files.walk(root, java.nio.file.FileVisitOption.FOLLOW_LINKS)) {
                    files.addAll(all.filter(Files::isRegularFile).sorted().toList());
                }
            }
        }
        return files;
    }

    private static String complaint(ByteBuffer page, long block) {
        if (page.getShort(UPPER_AT) == 0) {
            // A page that was made and not used yet: it must be blank throughout.
            for (int at = 0; at < PAGE; at += Long.BYTES) {
                if (page.getLong(at) != 0) {
                    return "not blank";
                }
            }
            return "";
        }
        int stored = Short.toUnsignedInt(page.getShort(CHECKSUM_AT));
        int computed = checksum(page, block);
        return stored == computed ? "" : "checksum " + stored + ", computed " + computed;
    }

    static int checksum(ByteBuffer page, long block) {
        int[] sums = SEEDS.clone();
        for (int at = 0; at < PAGE; at += Integer.BYTES) {
            // The checksum is the lower half of the word that holds it.
            int word = at == CHECKSUM_AT ? page.getInt(at) & 0xFFFF_0000 : page.getInt(at);
            int lane = at / Integer.BYTES % SUMS;
            sums[lane] = mix(sums[lane], word);
        }
        int joined = 0;
        for (int sum : sums) {
            joined ^= mix(mix(sum, 0), 0);
        }
        return Integer.remainderUnsigned(joined ^ (int) block, LARGEST) + 1;
    }

    private static int mix(int sum, int word) {
        int mixed = sum ^ word;
        return mixed * PRIME ^ mixed >>> 17;
    }
}
