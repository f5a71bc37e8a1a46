package io.bakstripe.coordinator.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** The rules of the restore sequence as {@code sequence/rules.txt} has them: a table that knows nothing of the code that it is compared with. */
record SequenceRules(List<Row> rows) {
    private static final Path FILE = Path.of("src", "test", "resources", "sequence", "rules.txt");
    private static final String ANY = "*";

    /** @param error name in the catalogue, or {@code ok}; {@code number} is 0 where SQL Server has none */
    record Row(String database, String pending, String call, String when, String error, int number) {
        boolean fits(String standing, String waiting, String asked, Set<String> facts) {
            return (database.equals(ANY) || database.equals(standing))
                    && (pending.equals(ANY) || pending.equals(waiting))
                    && call.equals(asked)
                    && (when.equals("-") || facts.contains(when));
        }
    }

    static SequenceRules read() throws IOException {
        return new SequenceRules(Files.readAllLines(FILE).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> line.strip().split("\\s+"))
                .map(cells -> new Row(
                        cells[0],
                        cells[1],
                        cells[2],
                        cells[3],
                        cells[4],
                        cells.length > 5 ? Integer.parseInt(cells[5]) : 0))
                .toList());
    }

    /** @param facts the conditions that are true of the call */
    Row answer(String standing, String pending, String call, Set<String> facts) {
        return rows.stream()
                .filter(row -> row.fits(standing, pending, call, facts))
                .findFirst()
                .orElseThrow(() -> new AssertionError(
                        "no row for a database that is " + standing + ", pending " + pending + ", call " + call));
    }
}
