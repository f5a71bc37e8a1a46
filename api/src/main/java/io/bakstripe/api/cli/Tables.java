package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Draws rows as tables. */
final class Tables {
    private static final int WIDEST_COLUMN = 60;
    private static final String NONE = "(no rows)";

    private Tables() {}

    /** All scalar fields of the rows as columns, in the order of the fields; a column without any value is left out. */
    static String of(List<JsonNode> rows) {
        Set<String> names = new LinkedHashSet<>();
        rows.forEach(row -> row.fields().forEachRemaining(field -> {
            if (field.getValue().isValueNode() && !field.getValue().isNull()) {
                names.add(field.getKey());
            }
        }));
        return of(rows, List.copyOf(names));
    }

    /** The fields of these names as columns; a column without any value is left out. */
    static String ofFilled(List<JsonNode> rows, List<String> names) {
        return of(
                rows,
                names.stream()
                        .filter(name -> rows.stream()
                                .anyMatch(row -> row.path(name).isValueNode()
                                        && !row.path(name).isNull()))
                        .toList());
    }

    /** The fields of these names as columns. */
    static String of(List<JsonNode> rows, List<String> names) {
        if (rows.isEmpty() || names.isEmpty()) {
            return NONE;
        }
        List<Column> columns = IntStream.range(0, names.size())
                .mapToObj(i -> new Column()
                        .header(names.get(i))
                        .headerAlign(HorizontalAlign.LEFT)
                        .dataAlign(numeric(rows, names.get(i)) ? HorizontalAlign.RIGHT : HorizontalAlign.LEFT)
                        .maxWidth(WIDEST_COLUMN))
                .toList();
        List<String[]> cells = new ArrayList<>();
        for (JsonNode row : rows) {
            cells.add(names.stream().map(name -> cell(row.path(name))).toArray(String[]::new));
        }
        return AsciiTable.getTable(
                AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS,
                columns.toArray(Column[]::new),
                cells.toArray(String[][]::new));
    }

    private static boolean numeric(List<JsonNode> rows, String name) {
        return rows.stream().allMatch(row -> row.path(name).isNumber());
    }

    private static String cell(JsonNode value) {
        return value.isNull() || value.isMissingNode() ? "" : value.isValueNode() ? value.asText() : value.toString();
    }
}
