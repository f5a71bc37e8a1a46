package io.bakstripe.worker.host;

import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseRef;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Where the files of one managed server lie: {@code <data>/databases/<instance>/<name>/}. Our own files stand beside the data directory, never in
 * it, so that nothing that a backup brings can take their place.
 */
record ServerDirectory(Path root) {
    static final String SERVED = "served.json";

    /** Most file systems end names at 255 bytes. */
    private static final int LONGEST_NAME = 200;

    private static final int KEPT_OF_LONG_NAME = 120;

    static ServerDirectory of(Path databases, DatabaseRef database) {
        return new ServerDirectory(
                databases.resolve(encode(database.instance().value())).resolve(encode(database.folded())));
    }

    /** The hidden place beside a database's own, see {@link Places}. No name is encoded to one that begins with a dot. */
    ServerDirectory aside() {
        return new ServerDirectory(root.resolveSibling("." + root.getFileName() + ".aside"));
    }

    /** Of a database's own place only: which of the two is served. */
    Path served() {
        return root.resolve(SERVED);
    }

    Path data() {
        return root.resolve("pgdata");
    }

    /** Where an attempt restores to; it becomes {@link #data()} when it is opened, so that late writers of other attempts miss it. */
    Path staging(AttemptRef attempt) {
        return root.resolve("pgdata." + attempt.task() + "-" + attempt.attempt());
    }

    /** Where the log of a database is. */
    Path log() {
        return data().resolve("pg_wal");
    }

    /** Where tablespaces lie, each in a directory of its own that is named by its identifier. */
    Path tablespaces() {
        return root.resolve("tablespaces");
    }

    Path record() {
        return root.resolve("server.json");
    }

    Path serverLog() {
        return root.resolve("server.log");
    }

    Path configuration() {
        return root.resolve("pgbakstripe.conf");
    }

    Path accessRules() {
        return root.resolve("pg_hba.conf");
    }

    Path userMaps() {
        return root.resolve("pg_ident.conf");
    }

    Path postmasterFile() {
        return data().resolve("postmaster.pid");
    }

    /** A name that is one path element, whatever it was; different names stay different. */
    static String encode(String name) {
        // URLEncoder leaves dots and asterisks: "." and ".." would lead elsewhere.
        String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8)
                .replace(".", "%2E")
                .replace("*", "%2A");
        return encoded.length() <= LONGEST_NAME ? encoded : encoded.substring(0, KEPT_OF_LONG_NAME) + "~" + hash(name);
    }

    private static String hash(String name) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
