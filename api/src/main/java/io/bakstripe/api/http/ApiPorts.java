package io.bakstripe.api.http;

import io.bakstripe.protocol.port.InstanceQueries;
import io.bakstripe.protocol.port.NodeHealth;
import io.bakstripe.protocol.port.NodeMetrics;
import io.bakstripe.protocol.port.Procedures;
import io.bakstripe.protocol.port.TaskQueries;

/** What the API asks of the cluster. */
public record ApiPorts(
        Procedures procedures, TaskQueries tasks, InstanceQueries instances, NodeHealth health, NodeMetrics metrics) {}
