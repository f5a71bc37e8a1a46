package io.bakstripe.worker.engine.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.readiness.Finding;
import io.bakstripe.protocol.readiness.Verdict;
import io.bakstripe.worker.engine.postgres.SourceState.Slot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SourceFindingsTest {
    private static final Map<String, String> SETTINGS = Map.of(
            "wal_level", "replica",
            "max_replication_slots", "10",
            "max_slot_wal_keep_size", "-1",
            "data_checksums", "on",
            "summarize_wal", "on",
            "fsync", "on",
            "full_page_writes", "on",
            "shared_preload_libraries", "",
            "log_statement", "none");

    private int version = 180_006;
    private boolean pooled;
    private boolean standby;
    private boolean mayReplicate = true;
    private List<String> missing = List.of();
    private final Map<String, String> settings = new HashMap<>(SETTINGS);
    private boolean keepsLog;
    private List<Slot> slots = List.of();
    private int unlogged;

    private List<Finding> findings() {
        return SourceFindings.of(
                new DatabaseName("Shop"),
                new SourceState(
                        new ServerVersion(version),
                        pooled,
                        "Bak up",
                        "\"Bak up\"",
                        "shop",
                        standby,
                        mayReplicate,
                        missing,
                        settings,
                        slots,
                        5_000_000,
                        unlogged,
                        keepsLog,
                        "bakstripe_log_1"));
    }

    private Finding finding(String check) {
        List<Finding> of =
                findings().stream().filter(each -> each.check().equals(check)).toList();
        assertThat(of).as(check).hasSize(1);
        return of.get(0);
    }

    private void isProblem(String check, BackupError error) {
        Finding finding = finding(check);
        assertThat(finding.verdict()).isEqualTo(Verdict.PROBLEM);
        assertThat(finding.code()).contains(error.code());
        assertThat(finding.advice()).isPresent();
        assertThat(findings())
                .filteredOn(each -> each.verdict() == Verdict.PROBLEM)
                .hasSize(1);
    }

    private void advises(String check, String found, String advice) {
        Finding finding = finding(check);
        assertThat(finding.verdict()).isEqualTo(Verdict.ADVICE);
        assertThat(finding.found()).contains(found);
        assertThat(finding.advice().orElseThrow()).contains(advice);
    }

    @Test
    void findsNothingWrongWithAWellSetUpServer() {
        assertThat(findings()).allMatch(finding -> finding.verdict() == Verdict.GOOD);
        assertThat(finding("size").found()).contains("5 MB");
    }

    @Test
    void namesEveryMissingGrantAndTheStatementThatGivesIt() {
        missing = List.of("pg_ls_dir(text,boolean,boolean)", "pg_backup_stop(boolean)");

        isProblem("grants", BackupError.GRANT_MISSING);
        assertThat(finding("grants").advice())
                .contains("In database shop: GRANT EXECUTE ON FUNCTION pg_ls_dir(text,boolean,boolean),"
                        + " pg_backup_stop(boolean) TO \"Bak up\";");
    }

    @Test
    void namesTheAttributeForSlots() {
        mayReplicate = false;

        isProblem("replication", BackupError.GRANT_MISSING);
        assertThat(finding("replication").advice()).contains("ALTER ROLE \"Bak up\" REPLICATION;");
    }

    @Test
    void seesALogLevelThatIsTooLow() {
        settings.put("wal_level", "minimal");

        isProblem("wal_level", BackupError.WAL_LEVEL_TOO_LOW);
    }

    @Test
    void seesAStandby() {
        standby = true;

        isProblem("primary", BackupError.STANDBY_UNSUPPORTED);
    }

    @Test
    void seesAPooler() {
        pooled = true;

        isProblem("session", BackupError.POOLER_IN_BETWEEN);
    }

    @Test
    void seesThatNoSlotIsFree() {
        settings.put("max_replication_slots", "1");
        slots = List.of(new Slot("replica", true, false, "reserved", 0));

        isProblem("slots", BackupError.ENGINE_FAILED);
    }

    @Test
    void namesSlotsThatNobodyReadsFrom() {
        slots = List.of(
                new Slot("forgotten", false, false, "extended", 7_000_000_000L),
                new Slot("replica", true, false, "reserved", 1),
                new Slot("passing", true, true, "reserved", 1));

        advises("held_log", "forgotten (7000 MB)", "pg_drop_replication_slot");
        assertThat(finding("held_log").found()).doesNotContain("replica").doesNotContain("passing");
    }

    @Test
    void tellsHowMuchLogIsKeptForLogBackups() {
        assertThat(findings()).noneMatch(each -> each.check().equals("log_slot"));
        keepsLog = true;
        advises("log_slot", "no log is kept", "Take a full backup");

        slots = List.of(new Slot("bakstripe_log_1", false, false, "extended", 7_000_000_000L));

        assertThat(finding("log_slot").found()).contains("keeps 7000 MB");
        assertThat(findings()).noneMatch(each -> each.check().equals("held_log"));
    }

    @Test
    void seesThatTheChainOfLogsIsBroken() {
        keepsLog = true;
        for (String status : List.of("lost", "unreserved")) {
            slots = List.of(new Slot("bakstripe_log_1", false, false, status, 0));

            isProblem("log_slot", BackupError.LOG_CHAIN_BROKEN);
        }
    }

    @Test
    void namesTheSlotThatIsLeftWhenNoLogIsBackedUpAnyMore() {
        slots = List.of(new Slot("bakstripe_log_1", false, false, "reserved", 5_000_000));

        advises("log_slot", "5 MB", "pg_drop_replication_slot('bakstripe_log_1')");
    }

    @Test
    void warnsOfALimitToWhatSlotsKeep() {
        settings.put("max_slot_wal_keep_size", "512");

        advises("max_slot_wal_keep_size", "512 MB", "Raise the value");
    }

    @Test
    void warnsOfMissingChecksumsSummariesAndDurability() {
        settings.put("data_checksums", "off");
        settings.put("summarize_wal", "off");
        settings.put("fsync", "off");

        advises("data_checksums", "off", "pg_checksums --enable");
        advises("summarize_wal", "off", "ALTER SYSTEM SET summarize_wal = on");
        advises("durability", "fsync off", "Switch on");
    }

    @Test
    void saysNothingOfSummariesWhereThereAreNone() {
        version = 160_015;
        settings.remove("summarize_wal");

        assertThat(findings()).noneMatch(finding -> finding.check().equals("summarize_wal"));
    }

    @Test
    void namesConfigurationThatNoBackupHolds() {
        settings.put("data_directory", "/var/lib/postgresql/18/main");
        settings.put("config_file", "/etc/postgresql/18/main/postgresql.conf");
        settings.put("hba_file", "/var/lib/postgresql/18/main/pg_hba.conf");

        advises("configuration", "/etc/postgresql/18/main/postgresql.conf", "Keep copies");
        assertThat(finding("configuration").found()).doesNotContain("pg_hba.conf");
    }

    @Test
    void saysWhatComesBackOtherwise() {
        settings.put("shared_preload_libraries", "pg_stat_statements");
        settings.put("log_statement", "all");
        unlogged = 2;

        advises("shared_preload_libraries", "pg_stat_statements", "host.preload-libraries");
        advises("unlogged_tables", "2 in database shop", "SET LOGGED");
        advises("log_statement", "all", "\"Bak up\"");
    }

    @Test
    void refusesOldServersAndWarnsOfNewerOnesThanWereTested() {
        version = 120_017;
        isProblem("version", BackupError.ENGINE_FAILED);

        version = 190_000;
        advises("version", "PostgreSQL 19", "Restore a backup");
    }
}
