<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.34" styleCategories="Symbology">
  <renderer-v2 type="graduatedSymbol" attr="planned_outpatients__community_hospitals_change_min" enableorderby="0">
    <ranges>
      <range lower="-9999" upper="-15" symbol="0" render="true" label="over 15 minutes shorter"/>
      <range lower="-15" upper="-10" symbol="1" render="true" label="over 10, up to 15 minutes shorter"/>
      <range lower="-10" upper="-5" symbol="2" render="true" label="over 5, up to 10 minutes shorter"/>
      <range lower="-5" upper="-1" symbol="3" render="true" label="over 1, up to 5 minutes shorter"/>
      <range lower="-1" upper="1" symbol="4" render="true" label="about the same (up to 1 minute)"/>
      <range lower="1" upper="5" symbol="5" render="true" label="over 1, up to 5 minutes longer"/>
      <range lower="5" upper="10" symbol="6" render="true" label="over 5, up to 10 minutes longer"/>
      <range lower="10" upper="15" symbol="7" render="true" label="over 10, up to 15 minutes longer"/>
      <range lower="15" upper="9999" symbol="8" render="true" label="over 15 minutes longer"/>
    </ranges>
    <symbols>
      <symbol type="fill" name="0">
        <layer class="SimpleFill">
          <Option type="Map">
            <Option type="QString" name="color" value="84,39,136,255"/>
            <Option type="QString" name="outline_color" value="255,255,255,255"/>
            <Option type="QString" name="outline_width" value="0.1"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="fill" name="1">
        <layer class="SimpleFill">
          <Option type="Map">
            <Option type="QString" name="color" value="128,115,172,255"/>
            <Option type="QString" name="outline_color" value="255,255,255,255"/>
            <Option type="QString" name="outline_width" value="0.1"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="fill" name="2">
        <layer class="SimpleFill">
          <Option type="Map">
            <Option type="QString" name="color" value="178,171,210,255"/>
            <Option type="QString" name="outline_color" value="255,255,255,255"/>
            <Option type="QString" name="outline_width" value="0.1"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="fill" name="3">
        <layer class="SimpleFill">
          <Option type="Map">
            <Option type="QString" name="color" value="216,218,235,255"/>
            <Option type="QString" name="outline_color" value="255,255,255,255"/>
            <Option type="QString" name="outline_width" value="0.1"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="fill" name="4">
        <layer class="SimpleFill">
          <Option type="Map">
            <Option type="QString" name="color" value="247,247,247,255"/>
            <Option type="QString" name="outline_color" value="255,255,255,255"/>
            <Option type="QString" name="outline_width" value="0.1"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="fill" name="5">
        <layer class="SimpleFill">
          <Option type="Map">
            <Option type="QString" name="color" value="254,224,182,255"/>
            <Option type="QString" name="outline_color" value="255,255,255,255"/>
            <Option type="QString" name="outline_width" value="0.1"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="fill" name="6">
        <layer class="SimpleFill">
          <Option type="Map">
            <Option type="QString" name="color" value="253,184,99,255"/>
            <Option type="QString" name="outline_color" value="255,255,255,255"/>
            <Option type="QString" name="outline_width" value="0.1"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="fill" name="7">
        <layer class="SimpleFill">
          <Option type="Map">
            <Option type="QString" name="color" value="224,130,20,255"/>
            <Option type="QString" name="outline_color" value="255,255,255,255"/>
            <Option type="QString" name="outline_width" value="0.1"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="fill" name="8">
        <layer class="SimpleFill">
          <Option type="Map">
            <Option type="QString" name="color" value="179,88,6,255"/>
            <Option type="QString" name="outline_color" value="255,255,255,255"/>
            <Option type="QString" name="outline_width" value="0.1"/>
          </Option>
        </layer>
      </symbol>
    </symbols>
  </renderer-v2>
</qgis>
