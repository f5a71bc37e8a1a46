package io.bakstripe.node.inspect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import io.bakstripe.api.http.ApiJson;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.worker.format.Layout;
import io.bakstripe.worker.format.ManifestPage;
import io.bakstripe.worker.format.StripeHeader;
import io.bakstripe.worker.format.StripeTrailer.PartEntry;
import io.bakstripe.worker.restore.FoundSet.FoundStripe;
import io.bakstripe.worker.seal.SealFacts;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What was found, as text or JSON.
 *
 * @param judged whether the files were looked at together
 * @param set what keeps them from being one whole set
 */
record Report(List<Inspected> files, boolean judged, Optional<Problem> set) {

    /** One document: {@code files} and, where they were judged together, {@code set}. */
    String json() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("files", files.stream().map(Report::json).toList());
        if (judged) {
            Map<String, Object> whole = new LinkedHashMap<>();
            whole.put("whole", set.isEmpty());
            set.ifPresent(problem -> whole.put("problem", json(problem)));
            document.put("set", whole);
        }
        try {
            return ApiJson.strict().writerWithDefaultPrettyPrinter().writeValueAsString(document);
        } catch (JsonProcessingException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static Map<String, Object> json(Inspected file) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("file", file.name());
        document.put("bytes", file.bytes());
        file.seal().ifPresent(seal -> document.put("encryption", json(seal)));
        file.stripe().ifPresent(stripe -> {
            document.put("header", stripe.header());
            document.put("stop", stripe.trailer().stop());
            document.put(
                    "parts", stripe.trailer().parts().stream().map(Report::json).toList());
        });
        file.contents().ifPresent(contents -> document.put("contents", contents));
        file.manifest().ifPresent(manifest -> document.put("manifest", manifest));
        document.put("verified", file.contents().isPresent() && file.problem().isEmpty());
        file.problem().ifPresent(problem -> document.put("problem", json(problem)));
        return document;
    }

    private static Map<String, Object> json(SealFacts seal) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("mode", seal.mode().word());
        document.put("keys", seal.keys().stream().map(KeyArn::toString).toList());
        seal.identity().ifPresent(identity -> {
            document.put("dataKeyId", identity.dataKeyId().toString());
            document.put("setId", identity.setId().toString());
            document.put("family", identity.family());
            document.put("families", identity.families());
        });
        return document;
    }

    private static Map<String, Object> json(PartEntry part) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("number", part.number());
        document.put("offset", part.offset());
        document.put("storedBytes", part.storedBytes());
        document.put("plainBytes", part.plainBytes());
        document.put("crc32c", checksum(part));
        return document;
    }

    private static Map<String, Object> json(Problem problem) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("code", problem.error().code());
        document.put("detail", problem.detail());
        document.put("hint", problem.hint());
        return document;
    }

    /** Lines and tables for people. */
    String text() {
        List<String> lines = new ArrayList<>();
        for (Inspected file : files) {
            if (!lines.isEmpty()) {
                lines.add("");
            }
            line(lines, "file", file.name() + ", " + file.bytes() + " bytes");
            file.seal().ifPresent(seal -> sealed(lines, seal, file.stripe().isPresent()));
            file.stripe().ifPresent(stripe -> says(lines, stripe));
            file.manifest().ifPresent(manifest -> lines.add(manifest(manifest)));
            file.contents()
                    .ifPresent(contents -> line(
                            lines,
                            "verified",
                            "every byte is as it was written: " + contents.pieces() + " pieces, "
                                    + contents.plainBytes() + " bytes of the database, " + contents.entries()
                                    + " manifest entries"));
            file.problem().ifPresent(problem -> wrong(lines, problem));
        }
        if (judged) {
            lines.add("");
            if (set.isPresent()) {
                line(lines, "set", "not whole");
                wrong(lines, set.get());
            } else {
                line(lines, "set", "whole: all " + files.size() + " files are here");
            }
        }
        return String.join(System.lineSeparator(), lines);
    }

    private static void sealed(List<String> lines, SealFacts seal, boolean opened) {
        String dataKey = seal.identity()
                .map(identity -> ", data key " + identity.dataKeyId())
                .orElse("");
        line(lines, "encrypted", seal.mode().word() + dataKey);
        seal.keys().forEach(key -> line(lines, "opens by", key.toString()));
        if (!opened) {
            seal.identity()
                    .ifPresent(identity ->
                            line(lines, "set", family(identity.setId(), identity.family(), identity.families())));
        }
    }

    private static String family(BackupSetId setId, int family, int families) {
        return setId.value() + ", file " + family + " of " + families;
    }

    private static void says(List<String> lines, FoundStripe stripe) {
        StripeHeader header = stripe.header();
        line(lines, "set", family(header.setId(), header.family(), header.families()));
        line(
                lines,
                "database",
                header.database() + " of instance " + header.instance() + " (" + header.edition() + ")");
        line(
                lines,
                "backup",
                header.type() + ", recovery model " + header.recoveryModel()
                        + (header.flags().isEmpty() ? "" : ", " + String.join(" ", header.flags())));
        line(
                lines,
                "engine",
                header.start().engine() + " " + header.start().engineVersion() + ", system "
                        + header.start().systemIdentifier() + ", timeline "
                        + header.start().timeline());
        line(
                lines,
                "log",
                header.start().firstLsn() + " to " + stripe.trailer().stop().lastLsn());
        line(
                lines,
                "time",
                header.start().startedAt() + " to " + stripe.trailer().stop().stoppedAt());
        line(lines, "writer", header.writer() + ", format version " + Layout.VERSION);
        line(
                lines,
                "manifest",
                stripe.trailer().stop().files() + " files and directories, "
                        + stripe.trailer().stop().plainBytes() + " bytes in the whole set");
        stripe.trailer()
                .stop()
                .damagedPages()
                .ifPresent(pages -> line(
                        lines, "damage", pages + " page(s) of the database were damaged when the backup was made"));
        lines.add(table(
                List.of("part", "offset", "stored", "plain", "crc32c"),
                stripe.trailer().parts().stream()
                        .map(part -> List.of(
                                Integer.toString(part.number()),
                                Long.toString(part.offset()),
                                Long.toString(part.storedBytes()),
                                Long.toString(part.plainBytes()),
                                checksum(part)))
                        .toList(),
                5));
    }

    private static String manifest(List<ManifestPage.Entry> entries) {
        return table(
                List.of("bytes", "path"),
                entries.stream()
                        .map(entry -> List.of(
                                entry.directory() ? "" : Long.toString(entry.size()),
                                entry.directory() ? entry.path() + "/" : entry.path()))
                        .toList(),
                1);
    }

    private static void wrong(List<String> lines, Problem problem) {
        line(lines, "error", problem.error().code() + ": " + problem.detail());
        line(lines, "hint", problem.hint());
    }

    private static void line(List<String> lines, String name, String value) {
        lines.add("%-9s %s".formatted(name, value));
    }

    private static String checksum(PartEntry part) {
        return "%08x".formatted(part.crc32c());
    }

    /** @param numbers columns at the beginning that are aligned to the right */
    private static String table(List<String> names, List<List<String>> rows, int numbers) {
        Column[] columns = IntStream.range(0, names.size())
                .mapToObj(index -> new Column()
                        .header(names.get(index))
                        .headerAlign(HorizontalAlign.LEFT)
                        .dataAlign(index < numbers ? HorizontalAlign.RIGHT : HorizontalAlign.LEFT)
                        .maxWidth(300))
                .toArray(Column[]::new);
        return AsciiTable.getTable(
                AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS,
                columns,
                rows.stream().map(row -> row.toArray(String[]::new)).toArray(String[][]::new));
    }
}
