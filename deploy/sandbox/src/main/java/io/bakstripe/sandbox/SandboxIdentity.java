package io.bakstripe.sandbox;

import io.bakstripe.sandbox.disk.PrivateFile;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.random.RandomGenerator;

/**
 * What stays the same across restarts of a sandbox with the same directory. Kept in {@code sandbox-s3.properties}, readable by its owner only.
 *
 * @param secretKey masked in {@link #toString()}
 * @param port 0 until a server has run
 * @param stsPort of the token service; 0 until one has run
 * @param kmsPort of the key service; 0 until one has run
 */
record SandboxIdentity(String accessKey, String secretKey, int port, int stsPort, int kmsPort) {
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /** A new identity without a port. */
    static SandboxIdentity random(RandomGenerator random) {
        return new SandboxIdentity("SANDBOX" + letters(random, 13), letters(random, 40), 0, 0, 0);
    }

    private static String letters(RandomGenerator random, int count) {
        StringBuilder text = new StringBuilder(count);
        random.ints(count, 0, LETTERS.length()).forEach(i -> text.append(LETTERS.charAt(i)));
        return text.toString();
    }

    /** The identity that lies in {@code directory}; empty at its first start. */
    static Optional<SandboxIdentity> load(Path directory) {
        Path file = file(directory);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        return Optional.of(new SandboxIdentity(
                required(properties, "access-key", file),
                required(properties, "secret-key", file),
                Integer.parseInt(required(properties, "port", file)),
                // Of versions without such services.
                Integer.parseInt(properties.getProperty("sts-port", "0")),
                Integer.parseInt(properties.getProperty("kms-port", "0"))));
    }

    private static String required(Properties properties, String key, Path file) {
        return Optional.ofNullable(properties.getProperty(key))
                .orElseThrow(() -> new IllegalStateException(file + " lacks " + key + ": remove it to begin anew"));
    }

    /** Writes this identity in one step: after a failure the file is as before. */
    void save(Path directory) {
        Properties properties = new Properties();
        properties.setProperty("access-key", accessKey);
        properties.setProperty("secret-key", secretKey);
        properties.setProperty("port", Integer.toString(port));
        properties.setProperty("sts-port", Integer.toString(stsPort));
        properties.setProperty("kms-port", Integer.toString(kmsPort));
        Path file = file(directory);
        try {
            StringWriter text = new StringWriter();
            properties.store(text, "Kept across restarts of this sandbox");
            PrivateFile.replace(file, text.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    SandboxIdentity withPorts(int newPort, int newStsPort, int newKmsPort) {
        return new SandboxIdentity(accessKey, secretKey, newPort, newStsPort, newKmsPort);
    }

    private static Path file(Path directory) {
        return directory.resolve("sandbox-s3.properties");
    }

    @Override
    public String toString() {
        return "SandboxIdentity[" + accessKey + ", port " + port + "]";
    }
}
