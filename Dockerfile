# JupyterLab with the course, for docker-compose.yml. The services are containers of their own.
FROM python:3.13-slim
RUN apt-get update && apt-get install --yes --no-install-recommends make git \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home learner
WORKDIR /course
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY workbench/ workbench/
RUN pip install --no-cache-dir -c constraints.txt -e .
COPY . .
RUN mkdir -p work build && chown learner work build
USER learner
EXPOSE 8888
CMD ["workbench", "lab", "--ip=0.0.0.0", "--no-browser"]
