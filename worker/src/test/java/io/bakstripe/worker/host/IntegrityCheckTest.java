package io.bakstripe.worker.host;

import static io.bakstripe.worker.host.TestHost.column;
import static io.bakstripe.worker.host.TestHost.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.instance.ServerConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** That the check of others' restores finds what it is there for. */
@ParameterizedClass
@MethodSource(PostgresReleases.EACH)
class IntegrityCheckTest {
    @TempDir
    Path data;

    @Parameter
    PostgresRelease release;

    private TestHost host;
    private ServerConnection server;

    @BeforeEach
    void makeServer() {
        host = new TestHost(data, release);
        server = host.provision(
                "checked",
                "CREATE TABLE t (a int PRIMARY KEY, b text) WITH (autovacuum_enabled = off)",
                "INSERT INTO t SELECT i, repeat('x', 300) FROM generate_series(1, 3000) i",
                "VACUUM t",
                "CHECKPOINT");
    }

    @AfterEach
    void stop() {
        host.close();
    }

    @Test
    void passesASoundServer() throws Exception {
        IntegrityCheck.passes(host, "checked");

        assertThat(column(server, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'bakstripe%'"))
                .isEmpty();
    }

    @Test
    void findsAFlippedBitOnDisk() throws Exception {
        Path file = file("t", "");
        host.stop("checked");
        byte[] content = Files.readAllBytes(file);
        content[3 * 8192 + 5000] ^= 1;
        Files.write(file, content);

        assertThat(IntegrityCheck.pages(host.pgdata("checked")))
                .singleElement()
                .asString()
                .contains(file.getFileName() + " block 3");
    }

    /** Each page of it is sound by itself: only a comparison with the table can tell. */
    @Test
    void findsAVisibilityMapOfAnEarlierMoment() throws Exception {
        Path map = file("t", "_vm");
        host.stop("checked");
        Path earlier = Files.copy(map, data.resolve("earlier"));
        server = host.servers().connect(TestHost.ref("checked"));
        execute(server, "DELETE FROM t WHERE a < 100");
        host.stop("checked");
        Files.move(earlier, map, StandardCopyOption.REPLACE_EXISTING);
        server = host.servers().connect(TestHost.ref("checked"));

        assertThat(IntegrityCheck.online(server)).anyMatch(text -> text.startsWith("t tuple"));
    }

    @Test
    void findsAnIndexThatLacksRows() throws Exception {
        Path index = file("t_pkey", "");
        host.stop("checked");
        Path earlier = Files.copy(index, data.resolve("earlier"));
        server = host.servers().connect(TestHost.ref("checked"));
        execute(server, "INSERT INTO t SELECT i, '' FROM generate_series(10001, 10010) i");
        host.stop("checked");
        Files.move(earlier, index, StandardCopyOption.REPLACE_EXISTING);
        server = host.servers().connect(TestHost.ref("checked"));

        assertThatThrownBy(() -> IntegrityCheck.online(server)).hasMessageContaining("t_pkey");
    }

    private Path file(String relation, String fork) throws Exception {
        return host.pgdata("checked")
                .resolve(column(server, "SELECT pg_relation_filepath('" + relation + "')")
                                .get(0)
                        + fork);
    }
}
