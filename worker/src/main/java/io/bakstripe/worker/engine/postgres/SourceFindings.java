package io.bakstripe.worker.engine.postgres;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.readiness.Finding;
import io.bakstripe.worker.engine.postgres.SourceState.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Judges what was read of a server; pure. {@code docs/postgresql.md} has the list of checks. */
final class SourceFindings {
    private static final int NEWEST_TESTED_MAJOR = 18;
    private static final int FIRST_WITH_SUMMARIES = 17;

    private final DatabaseName display;
    private final SourceState state;

    private SourceFindings(DatabaseName display, SourceState state) {
        this.display = display;
        this.state = state;
    }

    /** Everything that can be said, what stands in the way of a backup included. */
    static List<Finding> of(DatabaseName display, SourceState state) {
        SourceFindings judge = new SourceFindings(display, state);
        List<Finding> findings = new ArrayList<>();
        findings.add(judge.version());
        findings.add(judge.session());
        findings.add(judge.grants());
        findings.add(judge.replication());
        findings.add(judge.walLevel());
        findings.add(judge.primary());
        findings.add(judge.slots());
        judge.heldLog().ifPresent(findings::add);
        judge.logSlot().ifPresent(findings::add);
        judge.keptLog().ifPresent(findings::add);
        findings.add(judge.checksums());
        judge.summaries().ifPresent(findings::add);
        judge.durability().ifPresent(findings::add);
        judge.configuration().ifPresent(findings::add);
        judge.libraries().ifPresent(findings::add);
        judge.unlogged().ifPresent(findings::add);
        judge.statementLog().ifPresent(findings::add);
        findings.add(Finding.good("size", "about " + megabytes(state.bytes()) + " MB to read"));
        return List.copyOf(findings);
    }

    private Finding version() {
        ServerVersion version = state.version();
        if (!version.supported()) {
            return Finding.problem("version", version.refusal(display));
        }
        String found = "PostgreSQL " + version.major();
        return version.major() > NEWEST_TESTED_MAJOR
                ? Finding.advice(
                        "version",
                        found + " is newer than this program",
                        "Restore a backup of it somewhere before you rely on it, or use a newer Bakstripe.")
                : Finding.good("version", found);
    }

    private Finding session() {
        return state.pooled()
                ? Finding.problem("session", BackupError.POOLER_IN_BETWEEN.problem(display))
                : Finding.good("session", "the address leads to the server itself");
    }

    private Finding grants() {
        List<String> missing = state.missingGrants();
        if (missing.isEmpty()) {
            return Finding.good("grants", "role " + state.role() + " may call every function that is needed");
        }
        return Finding.problem(
                "grants",
                BackupError.GRANT_MISSING
                        .problem(display, String.join(", ", missing))
                        .withHint("In database " + state.dbname() + ": GRANT EXECUTE ON FUNCTION "
                                + String.join(", ", missing) + " TO " + state.quotedRole() + ";"));
    }

    private Finding replication() {
        return state.mayReplicate()
                ? Finding.good("replication", "role " + state.role() + " may use replication slots")
                : Finding.problem(
                        "replication",
                        BackupError.GRANT_MISSING
                                .problem(display, SourceCheck.REPLICATION)
                                .withHint("ALTER ROLE " + state.quotedRole() + " REPLICATION;"));
    }

    private Finding walLevel() {
        String level = state.setting("wal_level").orElse("unknown");
        return level.equals("minimal")
                ? Finding.problem("wal_level", BackupError.WAL_LEVEL_TOO_LOW.problem(display))
                : Finding.good("wal_level", level);
    }

    private Finding primary() {
        return state.standby()
                ? Finding.problem("primary", BackupError.STANDBY_UNSUPPORTED.problem(display))
                : Finding.good("primary", "it is no standby");
    }

    private Finding slots() {
        int most = state.number("max_replication_slots").orElse(0);
        int free = most - state.slots().size();
        return free > 0
                ? Finding.good("slots", free + " of " + most + " replication slots are free")
                : Finding.problem(
                        "slots",
                        BackupError.ENGINE_FAILED
                                .problem(display, "all " + most + " replication slots are taken")
                                .withHint("Drop one that nobody uses (SELECT pg_drop_replication_slot('…')), or raise"
                                        + " max_replication_slots and restart the server."));
    }

    /** Slots that nobody reads from fill the server's disk in the end. */
    private Optional<Finding> heldLog() {
        List<String> idle = state.slots().stream()
                .filter(slot ->
                        !slot.active() && !slot.temporary() && !slot.name().equals(state.logSlot()))
                .map(slot -> slot.name() + " (" + megabytes(slot.heldBytes()) + " MB)")
                .toList();
        return idle.isEmpty()
                ? Optional.empty()
                : Optional.of(Finding.advice(
                        "held_log",
                        "slots that nobody reads from hold back log: " + String.join(", ", idle),
                        "Drop those that are not needed any more: SELECT pg_drop_replication_slot('…');"));
    }

    /** The slot between log backups: nobody reads from it, but it is not idle. */
    private Optional<Finding> logSlot() {
        Optional<Slot> slot = state.slots().stream()
                .filter(each -> each.name().equals(state.logSlot()))
                .findFirst();
        if (!state.keepsLog()) {
            return slot.map(left -> Finding.advice(
                    "log_slot",
                    left.name() + " holds back log (" + megabytes(left.heldBytes())
                            + " MB) although the recovery model is simple",
                    "SELECT pg_drop_replication_slot('" + left.name() + "');"));
        }
        return Optional.of(slot.map(this::logSlot)
                .orElseGet(() -> Finding.advice(
                        "log_slot",
                        "no log is kept for log backups yet",
                        "Take a full backup: the log is kept from its end on, in replication slot " + state.logSlot()
                                + ".")));
    }

    private Finding logSlot(Slot slot) {
        if (!KeptLogSlot.alive(slot.walStatus())) {
            return Finding.problem(
                    "log_slot",
                    BackupError.LOG_CHAIN_BROKEN.problem(
                            display,
                            "its replication slot " + slot.name() + " no longer keeps it (wal_status "
                                    + slot.walStatus() + ")"));
        }
        return Finding.good(
                "log_slot",
                slot.name() + " keeps " + megabytes(slot.heldBytes()) + " MB of log for the next log backup");
    }

    private Optional<Finding> keptLog() {
        return state.number("max_slot_wal_keep_size")
                .filter(megabytes -> megabytes >= 0)
                .map(megabytes -> Finding.advice(
                        "max_slot_wal_keep_size",
                        "slots keep at most " + megabytes + " MB of log",
                        (state.keepsLog()
                                        ? "A backup during which more log is written fails; when more is written between two"
                                                + " log backups, a full backup is needed before the next."
                                        : "A backup during which more log is written fails.")
                                + " Raise the value when your backups take long, -1 keeps all."));
    }

    private Finding checksums() {
        return state.setting("data_checksums").orElse("off").equals("on")
                ? Finding.good("data_checksums", "on")
                : Finding.advice(
                        "data_checksums",
                        "off: nobody notices pages that the disk damaged, and a backup copies them as they are",
                        "Stop the server and run pg_checksums --enable.");
    }

    private Optional<Finding> summaries() {
        if (state.version().major() < FIRST_WITH_SUMMARIES) {
            return Optional.empty();
        }
        return Optional.of(
                state.setting("summarize_wal").orElse("off").equals("on")
                        ? Finding.good("summarize_wal", "on")
                        : Finding.advice(
                                "summarize_wal",
                                "off: a differential backup looks at all pages to find what has changed",
                                "ALTER SYSTEM SET summarize_wal = on; SELECT pg_reload_conf();"));
    }

    private Optional<Finding> durability() {
        List<String> off = List.of("fsync", "full_page_writes").stream()
                .filter(name -> state.setting(name).orElse("on").equals("off"))
                .toList();
        return off.isEmpty()
                ? Optional.empty()
                : Optional.of(Finding.advice(
                        "durability",
                        String.join(" and ", off) + " off: a crash may damage the database",
                        "Switch on what is off, unless the data can be lost."));
    }

    private Optional<Finding> configuration() {
        String data = state.setting("data_directory").orElse("");
        List<String> outside = List.of("config_file", "hba_file", "ident_file").stream()
                .flatMap(name -> state.setting(name).stream())
                .filter(path -> !data.isEmpty() && !path.startsWith(data + "/"))
                .toList();
        return outside.isEmpty()
                ? Optional.empty()
                : Optional.of(Finding.advice(
                        "configuration",
                        "outside the data directory and so in no backup: " + String.join(", ", outside),
                        "Keep copies of these files elsewhere."));
    }

    private Optional<Finding> libraries() {
        return state.setting("shared_preload_libraries")
                .filter(names -> !names.isBlank())
                .map(names -> Finding.advice(
                        "shared_preload_libraries",
                        "loaded here: " + names,
                        "Restored servers load none of them by themselves; name what they need in"
                                + " bakstripe.worker.host.preload-libraries of their host."));
    }

    private Optional<Finding> unlogged() {
        return state.unloggedTables() == 0
                ? Optional.empty()
                : Optional.of(Finding.advice(
                        "unlogged_tables",
                        state.unloggedTables() + " in database " + state.dbname(),
                        "They come back empty. Make those that you need logged: ALTER TABLE … SET LOGGED;"));
    }

    private Optional<Finding> statementLog() {
        return state.setting("log_statement")
                .filter("all"::equals)
                .map(all -> Finding.advice(
                        "log_statement",
                        "all: the statements of a backup, which name every file, go to the server's log",
                        "ALTER ROLE " + state.quotedRole() + " SET log_statement = 'none'; as a superuser."));
    }

    private static long megabytes(long bytes) {
        return Math.round(bytes / 1e6);
    }
}
