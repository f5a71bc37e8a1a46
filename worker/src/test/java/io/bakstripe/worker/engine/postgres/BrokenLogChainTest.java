package io.bakstripe.worker.engine.postgres;

import static io.bakstripe.worker.engine.postgres.TestSource.NAME;
import static io.bakstripe.worker.engine.postgres.TestSource.REF;
import static io.bakstripe.worker.engine.postgres.TestSource.failed;
import static io.bakstripe.worker.host.TestHost.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.readiness.Finding;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.stripe.LogChain;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.host.PostgresReleases;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What breaks the chain of log backups of a real server, and how it begins anew. */
@ParameterizedClass
@MethodSource(PostgresReleases.EACH)
class BrokenLogChainTest extends LoggedSource {
    private void chainIsBroken(LogChain chain, String why) {
        assertThatThrownBy(() -> open(chain).close())
                .satisfies(failed(BackupError.LOG_CHAIN_BROKEN))
                .hasMessageContaining(why);
        assertThatThrownBy(() -> engine.inspect(role, TestSource.order("log", BackupBasis.log(chain))))
                .satisfies(failed(BackupError.LOG_CHAIN_BROKEN))
                .hasMessageContaining(why);
    }

    @Test
    void isBrokenWhenTheSlotIsGone() throws Exception {
        LogChain chain = full().chain();
        execute(source, "SELECT pg_drop_replication_slot('" + SLOT + "')");

        chainIsBroken(chain, "is gone");

        Full again = full();
        assertThat(again.stop().keptLog().orElseThrow().fresh()).isTrue();
        chainIsBroken(chain, "the chain ends at");
        log(again.chain());
    }

    @Test
    void isBrokenWhenTheServerGaveTheSlotUp() throws Exception {
        LogChain chain = full().chain();
        execute(
                source,
                "ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'",
                "ALTER SYSTEM SET min_wal_size = '32MB'",
                "ALTER SYSTEM SET max_wal_size = '32MB'",
                "SELECT pg_reload_conf()");
        for (int i = 0; i < 6; i++) {
            execute(source, "INSERT INTO t VALUES (1)", "SELECT pg_switch_wal()", "CHECKPOINT");
        }
        assertThat(slot("wal_status")).isIn("lost", "unreserved");

        chainIsBroken(chain, "no longer keeps it");
        assertThat(engine.examine(role, REF, NAME, true).findings())
                .filteredOn(finding -> finding.check().equals("log_slot"))
                .extracting(Finding::code)
                .containsExactly(Optional.of(BackupError.LOG_CHAIN_BROKEN.code()));

        // So that the full backup's own slot is not lost as well.
        execute(source, "ALTER SYSTEM RESET max_slot_wal_keep_size", "SELECT pg_reload_conf()");
        Full again = full();
        assertThat(again.stop().keptLog().orElseThrow().fresh()).isTrue();
        assertThat(log(again.chain()).segments()).isNotEmpty();
    }

    @Test
    void isBrokenWhenASegmentIsGone() throws Exception {
        LogChain chain = full().chain();
        execute(source, "INSERT INTO t VALUES (1)", "SELECT pg_switch_wal()", "INSERT INTO t VALUES (1)");
        Path first = host.pgdata("source").resolve(log(chain).segments().get(0).path());
        Files.delete(first);

        assertThatThrownBy(() -> open(chain).close())
                .satisfies(failed(BackupError.LOG_CHAIN_BROKEN))
                .hasMessageContaining(first.getFileName().toString());
    }

    @Test
    void isBrokenOnAnotherServerTimelineOrFork() throws Exception {
        LogChain chain = full().chain();

        chainIsBroken(
                new LogChain("1", chain.timeline(), FORK, chain.firstLsn(), chain.nextLsn(), chain.fence()),
                "system identifier");
        chainIsBroken(
                new LogChain(
                        chain.systemIdentifier(),
                        chain.timeline() + 1,
                        FORK,
                        chain.firstLsn(),
                        chain.nextLsn(),
                        chain.fence()),
                "timeline");
        role = new SourceAddress(role.jdbcUrl(), role.user(), role.password(), Optional.of("another"));
        chainIsBroken(chain, "recovery fork");
    }

    @Test
    void noticesWhileItIsReadThatTheSlotIsLost() throws Exception {
        LogChain chain = full().chain();
        try (BackupHold hold = open(chain)) {
            execute(source, "SELECT pg_drop_replication_slot('" + SLOT + "')");

            assertThatThrownBy(hold::verifyOpen).satisfies(failed(BackupError.LOG_CHAIN_BROKEN));
        }
    }
}
