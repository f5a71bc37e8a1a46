package io.bakstripe.api.sql.msdb;

import io.bakstripe.protocol.name.DatabaseName;
import java.util.Optional;

/** One comparison of a column with a literal. As in SQL, nothing compares with null: it does not hold then. */
public final class Condition {
    private final BackupSetColumn column;
    private final Comparison comparison;
    private final Object value;

    /** @param literal text or a number; one that the column's values cannot be compared with is refused */
    public Condition(BackupSetColumn column, Comparison comparison, Object literal) {
        this.column = column;
        this.comparison = comparison;
        this.value = column.kind().read(column, literal);
    }

    boolean holds(BackupSetRow row) {
        return column.of(row)
                .map(found -> comparison.holds(column.kind().compare(found, value)))
                .orElse(false);
    }

    /** The one database whose rows can satisfy this, where there is one. */
    Optional<DatabaseName> database() {
        return column == BackupSetColumn.DATABASE_NAME && comparison == Comparison.EQUAL
                ? Optional.of((DatabaseName) value)
                : Optional.empty();
    }
}
