package io.bakstripe.api.sql.msdb;

import io.bakstripe.protocol.instance.BackupSetInfo;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.DatabaseName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A query of {@code msdb.dbo.backupset}.
 *
 * @param outputs what a row of the answer holds, in this order
 * @param top at most this many rows
 * @param where all of these must hold
 * @param order the first one decides first; what it leaves open is ordered from the newest to the oldest
 */
public record BackupSetQuery(List<Output> outputs, Optional<Integer> top, List<Condition> where, List<Order> order) {
    private static final Comparator<BackupSetRow> NEWEST_FIRST = Comparator.comparing(
                    (BackupSetRow row) -> row.set().finishedAt())
            .thenComparing(row -> row.set().task())
            .reversed();

    public BackupSetQuery {
        outputs = List.copyOf(outputs);
        where = List.copyOf(where);
        order = List.copyOf(order);
        Set<String> labels = new HashSet<>();
        outputs.stream()
                .filter(output -> !labels.add(output.label().toLowerCase(Locale.ROOT)))
                .findFirst()
                .ifPresent(twice -> {
                    throw QueryRefusal.of("'" + twice.label() + "' is selected twice");
                });
    }

    /** @param label its name in the answer */
    public record Output(BackupSetColumn column, String label) {
        /** Under its own name. */
        public Output(BackupSetColumn column) {
            this(column, column.columnName());
        }
    }

    /** Nulls come first in ascending order, as in SQL Server. */
    public record Order(BackupSetColumn column, boolean ascending) {
        private Comparator<BackupSetRow> comparator() {
            Comparator<BackupSetRow> upwards = (one, other) -> compare(column.of(one), column.of(other));
            return ascending ? upwards : upwards.reversed();
        }

        private int compare(Optional<?> one, Optional<?> other) {
            if (one.isEmpty() || other.isEmpty()) {
                return Boolean.compare(one.isPresent(), other.isPresent());
            }
            return column.kind().compare(one.get(), other.get());
        }
    }

    /** The one database that the query asks about, where it names one. */
    public Optional<DatabaseName> database() {
        return where.stream()
                .flatMap(condition -> condition.database().stream())
                .findFirst();
    }

    /**
     * The answer: column names with their values, absent ones null. Sets of which a later backup has overwritten a file are left out: nothing can be restored
     * from them.
     *
     * @param sets of all databases that the query may be about, those that are gone included
     */
    public List<Map<String, @Nullable Object>> over(List<BackupSetInfo> sets) {
        Map<BackupSetId, BackupSetInfo> known =
                sets.stream().collect(Collectors.toMap(BackupSetInfo::setId, Function.identity(), (one, same) -> one));
        return sets.stream()
                .filter(set -> !set.gone())
                .map(set -> new BackupSetRow(set, set.base().map(known::get)))
                .filter(row -> where.stream().allMatch(condition -> condition.holds(row)))
                .sorted(comparator())
                .limit(top.orElse(Integer.MAX_VALUE))
                .map(this::shown)
                .toList();
    }

    private Comparator<BackupSetRow> comparator() {
        List<Order> lastFirst = new ArrayList<>(order);
        Collections.reverse(lastFirst);
        Comparator<BackupSetRow> comparator = NEWEST_FIRST;
        for (Order each : lastFirst) {
            comparator = each.comparator().thenComparing(comparator);
        }
        return comparator;
    }

    private Map<String, @Nullable Object> shown(BackupSetRow row) {
        Map<String, @Nullable Object> shown = new LinkedHashMap<>();
        outputs.forEach(
                output -> shown.put(output.label(), output.column().of(row).orElse(null)));
        return shown;
    }
}
