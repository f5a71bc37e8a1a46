package io.bakstripe.api.sql.msdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.api.testing.BackupSets;
import io.bakstripe.protocol.instance.BackupSetInfo;
import io.bakstripe.protocol.name.DatabaseName;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class BackupSetQueryTest {
    private static final List<BackupSetInfo> SETS = List.of(
            BackupSets.log(5, "Größe"),
            BackupSets.differential(4, "Größe", 1),
            BackupSets.damaged(3, "shop"),
            BackupSets.log(2, "Größe"),
            BackupSets.full(1, "Größe"));

    private static BackupSetQuery query(Optional<Integer> top, List<Condition> where, BackupSetQuery.Order... order) {
        return new BackupSetQuery(
                List.of(new BackupSetQuery.Output(BackupSetColumn.BACKUP_SET_ID)), top, where, List.of(order));
    }

    private static List<@Nullable Object> ids(BackupSetQuery query) {
        return query.over(SETS).stream()
                .<@Nullable Object>map(row -> row.get("backup_set_id"))
                .toList();
    }

    private static List<@Nullable Object> where(BackupSetColumn column, Comparison comparison, Object literal) {
        return ids(query(Optional.empty(), List.of(new Condition(column, comparison, literal))));
    }

    @Test
    void answersFromTheNewestToTheOldestUnlessOrdered() {
        assertThat(ids(query(Optional.empty(), List.of()))).containsExactly(5L, 4L, 3L, 2L, 1L);
        assertThat(ids(query(Optional.of(2), List.of()))).containsExactly(5L, 4L);
        assertThat(ids(query(Optional.of(0), List.of()))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "EQUAL, 3",
        "UNEQUAL, '5,4,2,1'",
        "LESS, '2,1'",
        "AT_MOST, '3,2,1'",
        "GREATER, '5,4'",
        "AT_LEAST, '5,4,3'"
    })
    void comparesNumbers(Comparison comparison, String expected) {
        assertThat(where(BackupSetColumn.BACKUP_SET_ID, comparison, new BigDecimal("3.0")))
                .hasToString("[" + expected.replace(",", ", ") + "]");
    }

    @Test
    void comparesTextWithoutCase() {
        assertThat(where(BackupSetColumn.TYPE, Comparison.EQUAL, "d")).containsExactly(3L, 1L);
        assertThat(where(BackupSetColumn.TYPE, Comparison.UNEQUAL, "L")).containsExactly(4L, 3L, 1L);
    }

    @Test
    void comparesNamesAsTheyNameDatabases() {
        assertThat(where(BackupSetColumn.DATABASE_NAME, Comparison.EQUAL, "GROSSE"))
                .containsExactly(5L, 4L, 2L, 1L);
        assertThat(where(BackupSetColumn.DATABASE_NAME, Comparison.UNEQUAL, "größe"))
                .containsExactly(3L);
    }

    @Test
    void comparesTimesInUtcAndWithOffsets() {
        assertThat(where(BackupSetColumn.BACKUP_START_DATE, Comparison.AT_LEAST, "2026-03-01 10:04"))
                .containsExactly(5L, 4L);
        assertThat(where(BackupSetColumn.BACKUP_START_DATE, Comparison.EQUAL, "2026-03-01T11:04:00+01:00"))
                .containsExactly(4L);
    }

    @Test
    void comparesLsnsByTheirPositionAndNotAsText() {
        assertThat(where(BackupSetColumn.FIRST_LSN, Comparison.LESS, "10/0")).hasSize(5);
        assertThat(where(BackupSetColumn.LAST_LSN, Comparison.GREATER, "4/100")).containsExactly(5L);
    }

    @Test
    void comparesNothingWithNull() {
        assertThat(where(BackupSetColumn.CHECKPOINT_LSN, Comparison.UNEQUAL, "0/1"))
                .containsExactly(4L, 3L, 1L);
        assertThat(where(
                        BackupSetColumn.DIFFERENTIAL_BASE_GUID,
                        Comparison.EQUAL,
                        BackupSets.id(1).toString()))
                .containsExactly(4L);
    }

    @Test
    void wantsEveryCondition() {
        assertThat(ids(query(
                        Optional.empty(),
                        List.of(
                                new Condition(BackupSetColumn.TYPE, Comparison.EQUAL, "L"),
                                new Condition(
                                        BackupSetColumn.BACKUP_SIZE, Comparison.GREATER, BigDecimal.valueOf(2000))))))
                .containsExactly(5L);
    }

    @Test
    void ordersByOneColumnAfterTheOther() {
        BackupSetQuery.Order byType = new BackupSetQuery.Order(BackupSetColumn.TYPE, true);
        BackupSetQuery.Order oldestFirst = new BackupSetQuery.Order(BackupSetColumn.BACKUP_START_DATE, true);

        assertThat(ids(query(Optional.empty(), List.of(), byType))).containsExactly(3L, 1L, 4L, 5L, 2L);
        assertThat(ids(query(Optional.empty(), List.of(), byType, oldestFirst))).containsExactly(1L, 3L, 4L, 2L, 5L);
        assertThat(ids(query(Optional.of(1), List.of(), oldestFirst))).containsExactly(1L);
    }

    @Test
    void ordersNullsFirstGoingUpAndLastGoingDown() {
        assertThat(ids(query(
                        Optional.empty(), List.of(), new BackupSetQuery.Order(BackupSetColumn.CHECKPOINT_LSN, true))))
                .containsExactly(5L, 2L, 1L, 3L, 4L);
        assertThat(ids(query(
                        Optional.empty(), List.of(), new BackupSetQuery.Order(BackupSetColumn.CHECKPOINT_LSN, false))))
                .containsExactly(4L, 3L, 1L, 5L, 2L);
    }

    @Test
    void showsADifferentialWithItsBase() {
        List<BackupSetQuery.Output> all = Arrays.stream(BackupSetColumn.values())
                .map(BackupSetQuery.Output::new)
                .toList();
        BackupSetQuery query = new BackupSetQuery(
                all, Optional.empty(), List.of(new Condition(BackupSetColumn.TYPE, Comparison.EQUAL, "I")), List.of());

        Map<String, @Nullable Object> row = query.over(SETS).get(0);

        assertThat(row.keySet())
                .containsExactlyElementsOf(Arrays.stream(BackupSetColumn.values())
                        .map(BackupSetColumn::columnName)
                        .toList());
        assertThat(row)
                .containsEntry("database_name", new DatabaseName("Größe"))
                .containsEntry("backup_start_date", Instant.parse("2026-03-01T10:04:00Z"))
                .containsEntry("backup_finish_date", Instant.parse("2026-03-01T10:04:30.250Z"))
                .containsEntry("first_lsn", BackupSets.differential(4, "x", 1).firstLsn())
                .containsEntry("database_backup_lsn", BackupSets.full(1, "x").firstLsn())
                .containsEntry("differential_base_guid", BackupSets.id(1).toString())
                .containsEntry("backup_size", 4000L)
                .containsEntry("compressed_backup_size", 1200L)
                .containsEntry("last_recovery_fork_guid", "fork")
                .containsEntry("is_damaged", 0L);
    }

    @Test
    void leavesOutSetsFromWhichNothingCanBeRestoredButKnowsThemAsBases() {
        List<BackupSetInfo> sets = List.of(BackupSets.differential(2, "shop", 1), BackupSets.gone(1, "shop"));
        BackupSetQuery query = new BackupSetQuery(
                List.of(new BackupSetQuery.Output(BackupSetColumn.DATABASE_BACKUP_LSN, "base")),
                Optional.empty(),
                List.of(),
                List.of());

        assertThat(query.over(sets))
                .containsExactly(Map.of("base", BackupSets.full(1, "shop").firstLsn()));
    }

    @Test
    void knowsTheOneDatabaseThatItAsksAbout() {
        Condition named = new Condition(BackupSetColumn.DATABASE_NAME, Comparison.EQUAL, "shop");
        Condition others = new Condition(BackupSetColumn.DATABASE_NAME, Comparison.UNEQUAL, "shop");

        assertThat(query(Optional.empty(), List.of(others)).database()).isEmpty();
        assertThat(query(Optional.empty(), List.of(others, named)).database()).contains(new DatabaseName("shop"));
    }

    @ParameterizedTest
    @EnumSource
    void refusesLiteralsThatAColumnCannotBeComparedWith(BackupSetColumn column) {
        boolean number = column.kind() == ColumnKind.NUMBER;
        Object wrong = number ? "text" : BigDecimal.ONE;

        assertThatThrownBy(() -> new Condition(column, Comparison.EQUAL, wrong))
                .hasMessageContaining(column.columnName() + " is compared with ");
    }

    @ParameterizedTest
    @CsvSource({"BACKUP_START_DATE, yesterday", "FIRST_LSN, 5", "DATABASE_NAME, ' x'", "LAST_LSN, x/y"})
    void refusesTextThatIsNoValueOfTheColumn(BackupSetColumn column, String literal) {
        assertThatThrownBy(() -> new Condition(column, Comparison.EQUAL, literal))
                .hasMessageContaining("is compared with");
    }

    @Test
    void refusesTwoOutputsOfOneName() {
        BackupSetQuery.Output type = new BackupSetQuery.Output(BackupSetColumn.TYPE);

        assertThatThrownBy(() -> new BackupSetQuery(
                        List.of(type, new BackupSetQuery.Output(BackupSetColumn.DATABASE_NAME, "TYPE")),
                        Optional.empty(),
                        List.of(),
                        List.of()))
                .hasMessageContaining("selected twice");
    }
}
