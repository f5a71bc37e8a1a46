package io.bakstripe.protocol.instance;

/** One row of {@code rds_show_configuration}. */
public record ConfigurationRow(String name, String value, String description) {}
