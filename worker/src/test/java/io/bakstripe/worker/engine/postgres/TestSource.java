package io.bakstripe.worker.engine.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.BackupHold;
import io.bakstripe.worker.engine.BackupOrder;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import io.bakstripe.worker.engine.ExtentReader;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.host.TestHost;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import org.assertj.core.api.ThrowingConsumer;

/** What tests of this package do to a source server. */
final class TestSource {
    static final DatabaseName NAME = new DatabaseName("Source");
    static final DatabaseRef REF = DatabaseRef.of(TestHost.INSTANCE, NAME);
    static final PostgresSettings SETTINGS =
            PostgresSettings.from(ConfigFactory.load().getConfig("bakstripe.worker"));

    private static final String GRANTS = """
            GRANT pg_monitor TO %1$s;
            GRANT EXECUTE ON FUNCTION pg_ls_dir(text, bool, bool), pg_stat_file(text, bool),
              pg_read_binary_file(text, bigint, bigint, bool), %2$s TO %1$s
            """;
    private static final String BACKUP_FUNCTIONS = "pg_backup_start(text, bool), pg_backup_stop(bool)";
    private static final String BACKUP_FUNCTIONS_BEFORE_15 =
            "pg_start_backup(text, bool, bool), pg_stop_backup(bool, bool)";

    private TestSource() {}

    static PostgresEngine engine() {
        return engine(SETTINGS);
    }

    static PostgresEngine engine(PostgresSettings settings) {
        return new PostgresEngine(settings, InstantSource.system(), UUID::randomUUID);
    }

    /** Makes a role as the documentation says, which is no superuser, and gives its login. */
    static SourceAddress backupRole(ServerConnection server, String role) throws SQLException {
        int version = Integer.parseInt(
                TestHost.column(server, "SHOW server_version_num").get(0));
        TestHost.execute(
                server,
                "CREATE ROLE " + role + " LOGIN REPLICATION PASSWORD 'secret'",
                GRANTS.formatted(role, version < 150_000 ? BACKUP_FUNCTIONS_BEFORE_15 : BACKUP_FUNCTIONS));
        return new SourceAddress(server.jdbcUrl(), role, "secret");
    }

    /** A full backup of a database whose log is not backed up. */
    static BackupOrder full(String label) {
        return order(label, BackupBasis.full(false));
    }

    static BackupOrder order(String label, BackupBasis basis) {
        return new BackupOrder(REF, NAME, label, basis);
    }

    static List<Extent> list(BackupHold hold) {
        List<Extent> extents = new ArrayList<>();
        hold.list(listed -> extents.add(listed.extent()));
        return extents;
    }

    static List<Piece> read(ExtentReader reader, List<Extent> extents) {
        reader.begin(extents);
        List<Piece> pieces = new ArrayList<>();
        for (Piece piece = reader.next(); piece != null; piece = reader.next()) {
            pieces.add(piece);
        }
        return pieces;
    }

    /** Writes directories, labels and whatever the reader gives for the rest below a directory. */
    static void restore(ExtentReader reader, List<Extent> extents, Path into) throws IOException {
        for (Extent extent : extents) {
            if (extent.kind() == ExtentKind.DIRECTORY) {
                Files.createDirectories(into.resolve(extent.path()));
            } else if (extent.kind() == ExtentKind.INLINE) {
                Files.write(into.resolve(extent.path()), extent.content());
            }
        }
        Predicate<Extent> read = Extent::read;
        reader.begin(extents.stream().filter(read).toList());
        for (Piece piece = reader.next(); piece != null; piece = reader.next()) {
            write(piece, into.resolve(piece.path()));
        }
    }

    private static void write(Piece piece, Path file) throws IOException {
        if (piece.state() == Piece.State.VANISHED) {
            Files.deleteIfExists(file);
            return;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(piece.bytes());
            while (bytes.hasRemaining()) {
                channel.write(bytes, piece.offset() + bytes.position());
            }
        }
    }

    static ThrowingConsumer<Throwable> failed(BackupError error) {
        return thrown -> assertThat(thrown)
                .isInstanceOfSatisfying(
                        BakstripeException.class,
                        failure -> assertThat(failure.problem().error()).isEqualTo(error));
    }
}
