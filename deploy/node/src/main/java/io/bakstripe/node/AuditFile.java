package io.bakstripe.node;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.status.Status;
import ch.qos.logback.core.status.StatusListener;
import ch.qos.logback.core.util.FileSize;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.bakstripe.api.audit.AuditLine;
import io.bakstripe.api.audit.AuditSettings;
import io.bakstripe.api.audit.AuditTrail;
import io.bakstripe.api.http.ApiJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit log of a node: {@code audit/audit.log} in its data folder, one JSON object in each line, written through before the call is answered.
 *
 * <p>It is closed and compressed by size and every day; files that are too old or too many are removed. The folder is its owner's only. Where the disk
 * takes no more, lines are lost and the node's own log says so.
 */
final class AuditFile implements AuditTrail, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AuditFile.class);
    private static final String FILE = "audit.log";

    // A context of its own: what operators set up for the node's log does not change what is kept here.
    private final LoggerContext context;
    private final Logger logger;

    private AuditFile(LoggerContext context, Logger logger) {
        this.context = context;
        this.logger = logger;
    }

    static AuditFile open(Path data, AuditSettings settings) throws IOException {
        Path folder = data.resolve("audit");
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(data);
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        LoggerContext context = new LoggerContext();
        context.setName("audit");
        // Only contexts that SLF4J makes itself have one from the start; without it no line is written.
        context.setMDCAdapter(new LogbackMDCAdapter());
        context.getStatusManager().add((StatusListener) AuditFile::report);
        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        appender.setContext(context);
        appender.setFile(folder.resolve(FILE).toString());
        SizeAndTimeBasedRollingPolicy<ILoggingEvent> policy = new SizeAndTimeBasedRollingPolicy<>();
        policy.setContext(context);
        policy.setParent(appender);
        policy.setFileNamePattern(
                folder.resolve("audit.%d{yyyy-MM-dd,UTC}.%i.log.gz").toString());
        policy.setMaxFileSize(new FileSize(settings.maxFileBytes()));
        policy.setMaxHistory(settings.maxDays());
        policy.setTotalSizeCap(new FileSize(settings.maxTotalBytes()));
        policy.setCleanHistoryOnStart(true);
        policy.start();
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setPattern("%msg%n");
        encoder.start();
        appender.setEncoder(encoder);
        appender.setRollingPolicy(policy);
        appender.start();
        if (!appender.isStarted()) {
            throw new IOException("the audit log cannot be written in " + folder);
        }
        ch.qos.logback.classic.Logger logger = context.getLogger("audit");
        logger.addAppender(appender);
        return new AuditFile(context, logger);
    }

    private static void report(Status status) {
        if (status.getLevel() >= Status.WARN) {
            LOG.warn("audit log: {}", status.getMessage(), status.getThrowable());
        }
    }

    @Override
    public void record(AuditLine line) {
        logger.info("{}", json(line));
    }

    private static String json(AuditLine line) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("time", line.time());
        fields.put("login", line.login());
        fields.put("address", line.address());
        fields.put("method", line.method());
        fields.put("path", line.path());
        fields.put("instance", line.instance());
        fields.put("procedure", line.procedures().isEmpty() ? null : String.join(", ", line.procedures()));
        fields.put("status", line.status());
        fields.put("code", line.code());
        try {
            return ApiJson.strict().writeValueAsString(fields);
        } catch (JsonProcessingException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    @Override
    public void close() {
        context.stop();
    }
}
