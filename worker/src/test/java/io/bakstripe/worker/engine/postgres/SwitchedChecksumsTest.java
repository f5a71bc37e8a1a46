package io.bakstripe.worker.engine.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.stripe.DifferentialBase;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.engine.Listed;
import io.bakstripe.worker.engine.postgres.PlainChain.Base;
import io.bakstripe.worker.host.PostgresRelease;
import io.bakstripe.worker.host.PostgresReleases;
import io.bakstripe.worker.host.TestHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Differentials behind a base whose pages bore no checksums: {@code pg_checksums} gives them to all pages without moving their positions or a trace in the log, and
 * a server that expects them does not read a page of the base.
 */
@ParameterizedClass
@MethodSource(PostgresReleases.EACH)
class SwitchedChecksumsTest {
    private final PostgresEngine engine = TestSource.engine();

    @TempDir
    Path data;

    @Parameter
    PostgresRelease release;

    @Test
    void nothingIsTakenOfABaseWithoutThem() throws Exception {
        try (TestHost host = new TestHost(data, TestHost.settings(""), release)) {
            ServerConnection source =
                    host.provision("source", "CREATE TABLE still AS SELECT g FROM generate_series(1, 10000) g");
            SourceAddress role = TestSource.backupRole(source, "bk");
            Base base = PlainChain.full(engine, role, Files.createDirectory(data.resolve("base")));
            StartFacts start = base.base().start();
            assertThat(start.databases()).containsEntry(DatabaseList.SHARED, "on");

            assertThat(relyingOn(base, role)).isPositive();
            assertThat(relyingOn(new Base(without(base.base()), base.files()), role))
                    .isZero();
        }
    }

    /** How many files a differential leaves to its base, in whole or in part. */
    private long relyingOn(Base base, SourceAddress role) {
        try (BackupHold hold = engine.open(role, base.differential())) {
            return PlainChain.list(hold).stream()
                    .map(Listed::changed)
                    .filter(Optional::isPresent)
                    .count();
        }
    }

    private static DifferentialBase without(DifferentialBase base) {
        StartFacts start = base.start();
        Map<Long, String> databases = start.databases().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().replace("on", "off")));
        return new DifferentialBase(
                base.setId(),
                base.files(),
                new StartFacts(
                        start.engine(),
                        start.engineVersion(),
                        start.systemIdentifier(),
                        start.timeline(),
                        start.firstLsn(),
                        start.segmentBytes(),
                        start.timeZone(),
                        start.dbname(),
                        start.recoveryFork(),
                        start.startedAt(),
                        start.log(),
                        databases),
                base.lastLsn());
    }
}
