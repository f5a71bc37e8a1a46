package io.bakstripe.api.sql.msdb;

import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.procedure.StopAt;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.Locale;
import java.util.function.Function;

/** What the values of a column are: how a literal that they are compared with is read, and how they are ordered. */
enum ColumnKind {
    /** Compared without case, as {@code msdb} does. */
    TEXT(
            "text",
            literal -> text(literal),
            Comparator.comparing(value -> value.toString().toLowerCase(Locale.ROOT))),
    /** Names of databases: compared without case and accents, as they name one database. */
    NAME(
            "the name of a database",
            literal -> new DatabaseName(text(literal)),
            Comparator.comparing(value -> ((DatabaseName) value).folded())),
    NUMBER(
            "a number",
            literal -> new BigDecimal(((Number) literal).toString()),
            Comparator.comparing(value -> new BigDecimal(value.toString()))),
    TIME(
            "a date and time, in UTC unless it has an offset",
            literal -> new StopAt(text(literal)).in(ZoneOffset.UTC),
            Comparator.comparing(Instant.class::cast)),
    LSN("an LSN such as '0/3000028'", literal -> Lsn.parse(text(literal)), Comparator.comparing(Lsn.class::cast));

    private final String description;
    private final Function<Object, Object> reader;
    private final Comparator<Object> order;

    ColumnKind(String description, Function<Object, Object> reader, Comparator<Object> order) {
        this.description = description;
        this.reader = reader;
        this.order = order;
    }

    /** The literal as a value of this kind; one that is none is refused. */
    Object read(BackupSetColumn column, Object literal) {
        try {
            return reader.apply(literal);
        } catch (BakstripeException | IllegalArgumentException | ClassCastException other) {
            throw QueryRefusal.of("%s is compared with %s".formatted(column.columnName(), description));
        }
    }

    /** Orders values of this kind. */
    int compare(Object one, Object other) {
        return order.compare(one, other);
    }

    private static String text(Object literal) {
        return (String) literal;
    }
}
